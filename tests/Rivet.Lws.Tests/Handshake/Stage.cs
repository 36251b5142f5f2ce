using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Handshake;

/// <summary>Both ends of a sign-in over one imagined TLS channel, with fixed keys and nonces; each message can be tampered with.</summary>
internal sealed class Stage : IDisposable
{
    public static readonly byte[] ServerSeed = [.. Enumerable.Repeat((byte)0x11, 32)];
    public static readonly byte[] ServerStatic = [.. Enumerable.Repeat((byte)0x22, 32)];
    public static readonly byte[] DeviceSeed = [.. Enumerable.Repeat((byte)0x33, 32)];
    public static readonly byte[] DeviceStatic = [.. Enumerable.Repeat((byte)0x44, 32)];
    public static readonly byte[] ClientNonce = [.. Enumerable.Repeat((byte)0x55, 32)];
    public static readonly byte[] ServerNonce = [.. Enumerable.Repeat((byte)0x66, 32)];
    public static readonly byte[] Exported = [.. Enumerable.Repeat((byte)0x77, 32)];
    public static readonly byte[] Certificate = [.. Enumerable.Repeat((byte)0x88, 32)];

    public static readonly ISignatureVerifier Verifier = new Ed25519Verifier();

    public Ed25519Key Server { get; } = Ed25519Key.FromSeed(ServerSeed);

    public Ed25519Key Device { get; } = Ed25519Key.FromSeed(DeviceSeed);

    public ChannelBindings ClientChannel { get; set; } = new(Exported, Certificate);

    public ChannelBindings ServerChannel { get; set; } = new(Exported, Certificate);

    public ReadOnlyMemory<byte> Pinned { get; set; }

    public Join? Join { get; set; }

    public Func<byte[], byte[]> OnHello { get; set; } = static bytes => bytes;

    public Func<byte[], byte[]> OnChallenge { get; set; } = static bytes => bytes;

    public Func<byte[], byte[]> OnProof { get; set; } = static bytes => bytes;

    public List<(string Name, byte[] Bytes)> Said { get; } = [];

    public Stage() => Pinned = Server.PublicKey;

    public static KeyBundle Bundle(Ed25519Key identity, byte[] privateStatic)
    {
        using var agreement = X25519Key.FromPrivateKey(privateStatic);
        return new()
        {
            IdentityKey = ByteString.CopyFrom(identity.PublicKey.Span),
            StaticKey = ByteString.CopyFrom(agreement.PublicKey.Span),
            StaticSignature = ByteString.CopyFrom(identity.Sign(SignedMessages.StaticKey(agreement.PublicKey.Span))),
        };
    }

    /// <summary>Plays to the end. Gives the device the server believes in, or who refused and why.</summary>
    public async Task<Result<ProvenDevice, string>> PlayAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var client = AwaitingChallenge.Start(ClientChannel, ClientNonce);
        var hello = Say("hello", OnHello(client.Hello.ToArray()));

        var answer = await new AwaitingHello(ServerChannel).AnswerAsync(hello, Bundle(Server, ServerStatic), ServerNonce, Server, ct);
        if (!answer.TryGet(out var server, out var refusal))
        {
            return $"server {refusal}";
        }

        var challenge = Say("challenge", OnChallenge(server.Challenge.ToArray()));
        var judged = await client.AcceptAsync(challenge, Pinned, Verifier, ct);
        if (!judged.TryGet(out var trusting, out refusal))
        {
            return $"client {refusal}";
        }

        var proof = Say("proof", OnProof((await trusting.ProveAsync(Bundle(Device, DeviceStatic), Join, Device, ct)).Value.Proof.ToArray()));
        var verdict = await server.VerifyAsync(proof, Verifier, ct);
        return verdict.TryGet(out var device, out refusal) ? device : $"server {refusal}";
    }

    public void Dispose()
    {
        Server.Dispose();
        Device.Dispose();
    }

    private byte[] Say(string name, byte[] bytes)
    {
        Said.Add((name, bytes));
        return bytes;
    }
}
