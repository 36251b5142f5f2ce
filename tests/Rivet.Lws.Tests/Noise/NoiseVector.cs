using System.Text.Json;
using System.Text.Json.Serialization;
using Rivet.Cryptography;
using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

/// <summary>One handshake with every random value known, in the shape of the published Noise vectors; values are hexadecimal.</summary>
internal sealed record NoiseVector
{
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
    };

    public required string ProtocolName { get; init; }

    public required string InitPrologue { get; init; }

    public required string RespPrologue { get; init; }

    public string[]? InitPsks { get; init; }

    public string[]? RespPsks { get; init; }

    public string? InitStatic { get; init; }

    public string? RespStatic { get; init; }

    public string? InitRemoteStatic { get; init; }

    public string? RespRemoteStatic { get; init; }

    public string? InitEphemeral { get; init; }

    public string? RespEphemeral { get; init; }

    /// <summary>FIPS 203's d ‖ z of the initiator's ML-KEM key pair.</summary>
    public string? InitKemSeed { get; init; }

    /// <summary>FIPS 203's m of the responder's encapsulation.</summary>
    public string? RespKemRandom { get; init; }

    public string? HandshakeHash { get; init; }

    public required Message[] Messages { get; init; }

    /// <summary>What follows once both keys went through REKEY after <see cref="Messages"/>; numbers go on.</summary>
    public Message[]? Rekeyed { get; init; }

    public NoiseProtocol Protocol => NoiseProtocol.TryParse(ProtocolName, out var protocol) ? protocol : throw new InvalidOperationException(ProtocolName);

    /// <summary>A side with the vector's keys and random values.</summary>
    public HandshakeState Open(bool initiator)
    {
        var (own, remote) = initiator ? (InitStatic, InitRemoteStatic) : (RespStatic, RespRemoteStatic);
        var setup = new HandshakeSetup
        {
            Protocol = Protocol,
            IsInitiator = initiator,
            Prologue = Convert.FromHexString(initiator ? InitPrologue : RespPrologue),
            Static = own is null ? null : X25519Key.FromPrivateKey(Convert.FromHexString(own)),
            RemoteStatic = Bytes(remote),
            PresharedKey = Bytes((initiator ? InitPsks : RespPsks)?[0]),
        };
        return new HandshakeState(setup, Primitives(initiator ? InitEphemeral : RespEphemeral, initiator ? InitKemSeed : RespKemRandom));
    }

    /// <summary>Primitives whose random values are known.</summary>
    public static NoisePrimitives Primitives(string? ephemeral, string? kem) => new(
        new LinkAeads(),
        _ => new(X25519Key.FromPrivateKey(Bytes(ephemeral))),
        new MlKem768(span => Bytes(kem).CopyTo(span)));

    /// <summary>Primitives as a link has them.</summary>
    public static NoisePrimitives Fresh() => new(new LinkAeads(), _ => new(X25519Key.Create()), new MlKem768());

    public override string ToString() => ProtocolName;

    private static byte[] Bytes(string? hex) => hex is null ? [] : Convert.FromHexString(hex);

    internal sealed record Message(string Payload, string Ciphertext);
}
