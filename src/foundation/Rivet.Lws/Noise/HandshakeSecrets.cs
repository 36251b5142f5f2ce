using System.Security.Cryptography;
using Rivet.Cryptography;
using KeySizes = Rivet.Cryptography.KeySizes;

namespace Rivet.Lws.Noise;

/// <summary>The keys of one side during a handshake: its own, the peer's public ones, and what they agree on.</summary>
internal sealed class HandshakeSecrets : IDisposable
{
    private readonly HandshakeSetup setup;
    private readonly byte[] presharedKey;
    private IKeyAgreement? ephemeral;
    private IDecapsulation? decapsulation;
    private ReadOnlyMemory<byte> remoteEphemeral;
    private byte[] remoteEncapsulationKey = [];

    public HandshakeSecrets(HandshakeSetup setup, NoisePrimitives primitives)
    {
        var pattern = setup.Protocol.Pattern;
        Require(!pattern.NeedsStatic(setup.IsInitiator) || setup.Static is not null, "this side's static key");
        Require(!(setup.IsInitiator ? pattern.ResponderKnown : pattern.InitiatorKnown) || setup.RemoteStatic.Length == KeySizes.StaticKey, "the peer's static key");
        Require(setup.PresharedKey.Length == (pattern.HasPsk ? AeadSizes.Key : 0), "exactly the pre-shared key of its name");
        this.setup = setup;
        Primitives = primitives;
        RemoteStatic = (setup.IsInitiator ? pattern.ResponderKnown : pattern.InitiatorKnown) ? setup.RemoteStatic.ToArray() : default;
        presharedKey = setup.PresharedKey.ToArray();

        static void Require(bool given, string what)
        {
            if (!given)
            {
                throw new ArgumentException($"The pattern needs {what}.", nameof(setup));
            }
        }
    }

    public NoisePrimitives Primitives { get; }

    public ReadOnlyMemory<byte> RemoteStatic { get; set; }

    public ReadOnlyMemory<byte> OwnStatic => setup.Static!.PublicKey;

    /// <summary>Makes this side's ephemeral key and gives its public half.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> CreateEphemeralAsync(CancellationToken ct)
        => (ephemeral = await Primitives.NewEphemeral(ct)).PublicKey;

    /// <summary>Makes this side's ML-KEM key pair and gives its public half.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> CreateEncapsulationKeyAsync(CancellationToken ct)
        => (decapsulation = await Primitives.Kem.CreateAsync(ct)).EncapsulationKey;

    public void Receive(ReadOnlyMemory<byte> ephemeralKey, SymmetricState symmetric)
    {
        remoteEphemeral = ephemeralKey.ToArray();
        MixEphemeral(remoteEphemeral, symmetric);
    }

    public void ReceiveEncapsulationKey(byte[] key) => remoteEncapsulationKey = key;

    /// <summary>MixHash of an ephemeral key, and MixKey where a pre-shared key takes part (§9.2).</summary>
    public void MixEphemeral(ReadOnlyMemory<byte> key, SymmetricState symmetric)
    {
        symmetric.MixHash(key.Span);
        if (setup.Protocol.Pattern.HasPsk)
        {
            symmetric.MixKey(key.Span);
        }
    }

    public void MixPresharedKey(SymmetricState symmetric) => symmetric.MixKeyAndHash(presharedKey);

    /// <summary>Mixes in one Diffie-Hellman; false when it gives no secret.</summary>
    public async ValueTask<bool> MixAgreementAsync(Token token, SymmetricState symmetric, CancellationToken ct)
    {
        var (initiatorStatic, responderStatic) = (token is Token.SE or Token.SS, token is Token.ES or Token.SS);
        var own = (setup.IsInitiator ? initiatorStatic : responderStatic) ? setup.Static! : ephemeral!;
        var peer = (setup.IsInitiator ? responderStatic : initiatorStatic) ? RemoteStatic : remoteEphemeral;
        return MixAndZero(await own.AgreeAsync(peer, ct), symmetric);
    }

    /// <summary>Encapsulates to the peer's key; null when that is none.</summary>
    public ValueTask<Encapsulated?> TryEncapsulateAsync(CancellationToken ct) => Primitives.Kem.TryEncapsulateAsync(remoteEncapsulationKey, ct);

    /// <summary>Mixes in what a ciphertext holds; false when it has another length.</summary>
    public async ValueTask<bool> MixDecapsulatedAsync(ReadOnlyMemory<byte> ciphertext, SymmetricState symmetric, CancellationToken ct)
        => MixAndZero(await decapsulation!.TryDecapsulateAsync(ciphertext, ct), symmetric);

    public static bool MixAndZero(byte[]? secret, SymmetricState symmetric)
    {
        if (secret is null)
        {
            return false;
        }

        symmetric.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(presharedKey);
        decapsulation?.Dispose();
        (ephemeral as IDisposable)?.Dispose();
    }

    /// <summary>Never the secrets.</summary>
    public override string ToString() => "[redacted]";
}
