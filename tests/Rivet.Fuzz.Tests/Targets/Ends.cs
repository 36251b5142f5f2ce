using Rivet.Cryptography;
using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Agreement;
using Rivet.Lws.Noise;
using Rivet.Wire;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>A server and a device whose keys and chances are fixed, so that an input says everything.</summary>
internal static class Ends
{
    public static readonly LinkPrimitives Primitives = new()
    {
        Aeads = new LinkAeads(),
        Ephemeral = _ => new(X25519Key.FromPrivateKey(Fill(0x31))),
        Kem = new MlKem768(bytes => bytes.Fill(0x32)),
        Verifier = new Ed25519Verifier(),
    };

    public static readonly byte[] Ticket = [.. Enumerable.Repeat((byte)0xa1, 16)];
    public static readonly X25519Key ServerStatic = X25519Key.FromPrivateKey(Fill(0x21));
    public static readonly X25519Key DeviceStatic = X25519Key.FromPrivateKey(Fill(0x22));
    private static readonly Ed25519Key ServerIdentity = Ed25519Key.FromSeed(Fill(0x23));
    private static readonly Ed25519Key DeviceIdentity = Ed25519Key.FromSeed(Fill(0x24));

    private static readonly KeyBundle Device = Bundle(DeviceIdentity, DeviceStatic);

    public static ServerTerms Server { get; } = new()
    {
        Keys = Bundle(ServerIdentity, ServerStatic),
        Static = ServerStatic,
        Bindings = new ChannelBindings(Fill(1), Fill(0x88)),
        Versions = [2, 1],
        Features = ["a", "c"],
        FindTicket = id => id.Span.SequenceEqual(Ticket) ? new ServerTicket(Device, Fill(0xa2)) : null,
    };

    public static DeviceStatement Statement => new() { Keys = Device, SignIn = new SignIn() };

    public static ClientOffer Offer(LinkPattern pattern) => new()
    {
        Versions = { 2 },
        Features = { "a", "b" },
        Statement = pattern == LinkPattern.KnownServer ? Google.Protobuf.MessageExtensions.ToByteString(Statement) : Google.Protobuf.ByteString.Empty,
    };

    public static ServerAnswer Answer(LinkPattern pattern) => new()
    {
        Versions = { 2, 1 },
        Features = { "a", "c" },
        Version = 2,
        ChosenFeatures = { "a" },
        Keys = pattern == LinkPattern.FirstContact ? Server.Keys : null,
    };

    public static ClientTerms Client(LinkPattern pattern, AeadSuite suite) => new()
    {
        ServerIdentity = ServerIdentity.PublicKey,
        ServerStatic = pattern == LinkPattern.FirstContact ? default : ServerStatic.PublicKey,
        Ticket = pattern == LinkPattern.Resumption ? new ClientTicket(Ticket, Fill(0xa2)) : null,
        Static = DeviceStatic,
        Statement = Statement,
        Bindings = Server.Bindings,
        Suite = suite,
        Features = ["a", "b"],
        HighestVersion = 2,
    };

    public static (LinkPattern Pattern, AeadSuite Suite) Choose(byte choice)
        => ((LinkPattern)(1 + (choice % 3)), (choice & 0x80) == 0 ? AeadSuite.Aes256Gcm : AeadSuite.ChaCha20Poly1305);

    public static Prefix PrefixOf(LinkPattern pattern, AeadSuite suite) => new()
    {
        Version = 2,
        Pattern = pattern,
        Cipher = Suites.CipherOf(suite),
        Binding = LinkBinding.TlsExporter,
        Ticket = Google.Protobuf.ByteString.CopyFrom(pattern == LinkPattern.Resumption ? Ticket : []),
    };

    /// <summary>One side of the Noise handshake, to lay any payload into honest messages.</summary>
    public static HandshakeState Noise(bool isInitiator, LinkPattern pattern, AeadSuite suite, ReadOnlySpan<byte> prefix) => new(
        new HandshakeSetup
        {
            Protocol = Suites.Find(pattern, Suites.CipherOf(suite))!,
            IsInitiator = isInitiator,
            Prologue = Prologue.Of(prefix, Fill(1)),
            Static = isInitiator ? DeviceStatic : ServerStatic,
            RemoteStatic = isInitiator && pattern == LinkPattern.KnownServer ? ServerStatic.PublicKey : default,
            PresharedKey = pattern == LinkPattern.Resumption ? Fill(0xa2) : default,
        },
        Primitives.ForNoise());

    private static byte[] Fill(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static KeyBundle Bundle(Ed25519Key identity, X25519Key agreement)
        => StaticKeys.Bundle(identity.PublicKey.Span, agreement.PublicKey.Span, identity.Sign(StaticKeys.ToSign(agreement.PublicKey.Span)));
}
