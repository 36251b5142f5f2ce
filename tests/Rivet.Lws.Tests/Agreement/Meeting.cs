using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Agreement;

/// <summary>Both ends of a handshake over one imagined TLS channel; terms can be changed and each message tampered with.</summary>
internal sealed class Meeting : IDisposable
{
    public static readonly LinkPrimitives Primitives = new()
    {
        Aeads = new LinkAeads(),
        Ephemeral = _ => new(X25519Key.Create()),
        Kem = new MlKem768(),
        Verifier = new Ed25519Verifier(),
    };

    public static readonly byte[] TicketId = [.. Enumerable.Repeat((byte)0xa1, 16)];
    private static readonly byte[] TicketSecret = [.. Enumerable.Repeat((byte)0xa2, 32)];
    private readonly Ed25519Key serverIdentity = Ed25519Key.Create();
    private readonly X25519Key serverStatic = X25519Key.Create();
    private readonly Ed25519Key deviceIdentity = Ed25519Key.Create();
    private readonly X25519Key deviceStatic = X25519Key.Create();

    public Meeting(LinkPattern pattern, AeadSuite suite = AeadSuite.Aes256Gcm)
    {
        var device = Bundle(deviceIdentity, deviceStatic);
        Client = new ClientTerms
        {
            ServerIdentity = serverIdentity.PublicKey,
            ServerStatic = pattern == LinkPattern.FirstContact ? default : serverStatic.PublicKey,
            Ticket = pattern == LinkPattern.Resumption ? new ClientTicket(TicketId, TicketSecret) : null,
            Static = deviceStatic,
            Statement = new DeviceStatement { Keys = device, SignIn = new SignIn() },
            Bindings = Channel(1),
            Suite = suite,
        };
        Server = new ServerTerms
        {
            Keys = Bundle(serverIdentity, serverStatic),
            Static = serverStatic,
            Bindings = Channel(1),
            FindTicket = id => id.Span.SequenceEqual(TicketId) ? new ServerTicket(device, TicketSecret) : null,
        };
    }

    public ClientTerms Client { get; set; }

    public ServerTerms Server { get; set; }

    public KeyBundle Device => Client.Statement.Keys;

    public ReadOnlyMemory<byte> ServerStatic => serverStatic.PublicKey;

    public Func<byte[], byte[]> OnInitiate { get; set; } = static bytes => bytes;

    public Func<byte[], byte[]> OnRespond { get; set; } = static bytes => bytes;

    public Func<byte[], byte[]> OnFinish { get; set; } = static bytes => bytes;

    /// <summary>The values of one TLS channel; another number is another channel.</summary>
    public static ChannelBindings Channel(byte number, bool exports = true)
        => new(exports ? [.. Enumerable.Repeat(number, 32)] : null, [.. Enumerable.Repeat((byte)0x88, 32)]);

    public static KeyBundle Bundle(Ed25519Key identity, X25519Key agreement) => new()
    {
        IdentityKey = ByteString.CopyFrom(identity.PublicKey.Span),
        StaticKey = ByteString.CopyFrom(agreement.PublicKey.Span),
        StaticSignature = ByteString.CopyFrom(identity.Sign(StaticKeys.ToSign(agreement.PublicKey.Span))),
    };

    /// <summary>Plays to the end. Gives both links, or who refused and why.</summary>
    public async Task<Result<(ClientLink Client, ServerLink Server), string>> PlayAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        if (!(await Initiation.StartAsync(Client, Primitives, ct)).TryGet(out var initiation, out var refusal))
        {
            return $"client {refusal}";
        }

        var answer = await new AwaitingInitiate(Server, Primitives).AnswerAsync(OnInitiate(initiation.Initiate.ToArray()), ct);
        if (!answer.TryGet(out var responded, out refusal))
        {
            return $"server {refusal}";
        }

        var accepted = await initiation.AcceptAsync(OnRespond(responded.Respond.ToArray()), ct);
        if (!accepted.TryGet(out var client, out refusal))
        {
            return $"client {refusal}";
        }

        Assert.Equal(responded.AwaitsFinish, !client.Finish.IsEmpty);
        var finished = await responded.FinishAsync(responded.AwaitsFinish ? OnFinish(client.Finish.ToArray()) : default(ReadOnlyMemory<byte>), ct);
        return finished.TryGet(out var server, out refusal) ? (client, server) : $"server {refusal}";
    }

    public void Dispose()
    {
        serverIdentity.Dispose();
        serverStatic.Dispose();
        deviceIdentity.Dispose();
        deviceStatic.Dispose();
    }
}
