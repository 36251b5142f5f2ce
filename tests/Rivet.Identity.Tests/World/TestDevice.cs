using System.Buffers;
using Google.Protobuf;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Link;
using Rivet.Identity.Devices;
using Rivet.Kernel;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

/// <summary>The keys of a device.</summary>
internal sealed class TestKeys
{
    private readonly Ed25519Key identity = Ed25519Key.Create();
    private readonly X25519Key agreement = X25519Key.Create();

    public KeyBundle Bundle => new()
    {
        IdentityKey = ByteString.CopyFrom(identity.PublicKey.Span),
        StaticKey = ByteString.CopyFrom(agreement.PublicKey.Span),
        StaticSignature = ByteString.CopyFrom(identity.Sign(StaticKeys.ToSign(agreement.PublicKey.Span))),
    };

    public byte[] SignPage(ReadOnlySpan<byte> challenge) => identity.Sign([.. "rivet page v1\0"u8, .. challenge]);
}

/// <summary>A joined device: asks through the mapped endpoints, the access question included.</summary>
internal sealed class TestDevice(TestServer server, TestKeys keys, SignedInDevice signedIn)
{
    public TestKeys Keys => keys;

    public SignedInDevice SignedIn => signedIn;

    public Subject Subject => signedIn.Subject;

    public ByteString PersonId => ByteString.CopyFrom(Subject.Person.ToBytes());

    public ByteString DeviceId => ByteString.CopyFrom(Subject.Device.ToBytes());

    /// <summary>A connection as the link would make it; null when it was refused.</summary>
    public async Task<TestConnection?> ConnectAsync()
    {
        var connection = new TestConnection(Subject);
        var sessions = server.Get<DeviceSessions>();
        if (await sessions.SignedInAsync(connection, CancellationToken.None))
        {
            return connection;
        }

        await sessions.ClosedAsync(connection);
        return null;
    }

    public async Task<Result<IMessage, Refusal>> TryAskAsync(Method method, IMessage request)
        => await server.Endpoints.Find(method)!.AnswerAsync(
            server.Get<IAccess>(), Subject, new ReadOnlySequence<byte>(request.ToByteArray()), null, CancellationToken.None);

    public async Task<TResponse> AskAsync<TResponse>(Method method, IMessage request)
        => (await TryAskAsync(method, request)).TryGet(out var response, out var refusal)
            ? (TResponse)response
            : throw new InvalidOperationException($"{method} was refused: {refusal}");

    public async Task<Refusal> RefusedAsync(Method method, IMessage request)
        => (await TryAskAsync(method, request)).TryGet(out var response, out var refusal)
            ? throw new InvalidOperationException($"{method} was answered: {response}")
            : refusal;

    public async Task<InvitationCode> InviteAsync(Role role = Role.Member, string name = "", ByteString? person = null, uint hours = 0)
    {
        var made = await AskAsync<CreateInvitationResponse>(
            Method.CreateInvitation,
            new CreateInvitationRequest { Role = role, PersonName = name, PersonId = person ?? ByteString.Empty, ValidHours = hours });
        Assert.True(InvitationCode.TryRead(made.Code.Span, out var code));
        return code;
    }

    /// <summary>Somebody new, invited by this device.</summary>
    public async Task<TestDevice> BringAsync(string name, Role role = Role.Member)
        => await server.JoinAsync(await InviteAsync(role, name));

    /// <summary>A further device of the same person.</summary>
    public async Task<TestDevice> AddDeviceAsync() => await server.JoinAsync(await InviteAsync(person: PersonId));

    public Task SignOutAsync(TestDevice device)
        => AskAsync<SignOutDeviceResponse>(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = device.DeviceId });

    public async Task<byte[]> ChallengeAsync()
        => (await AskAsync<PageChallengeResponse>(Method.PageChallenge, new PageChallengeRequest())).Challenge.ToByteArray();

    public static OpenPageRequest Signed(byte[] challenge, byte[] signature)
        => new() { Challenge = ByteString.CopyFrom(challenge), Signature = ByteString.CopyFrom(signature) };

    /// <summary>The address that opens a page once.</summary>
    public async Task<Uri> OpenPageAsync()
    {
        var challenge = await ChallengeAsync();
        return new Uri((await AskAsync<OpenPageResponse>(Method.OpenPage, Signed(challenge, keys.SignPage(challenge)))).Url);
    }
}

/// <summary>A connection that remembers why it was closed.</summary>
internal sealed class TestConnection(Subject subject) : ILwsConnection
{
    public Subject Subject => subject;

    public CloseReason? Closed { get; private set; }

    public bool TryPush(PushFrame push) => Closed is null;

    public void Close(CloseReason reason) => Closed ??= reason;
}
