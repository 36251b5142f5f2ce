using System.Buffers;
using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Agreement;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Agreement;

public sealed class AgreementTests
{
    public static TheoryData<LinkPattern> Patterns => [LinkPattern.KnownServer, LinkPattern.FirstContact, LinkPattern.Resumption];

    public static TheoryData<LinkPattern, AeadSuite> Protocols => new(
        from pattern in (LinkPattern[])[LinkPattern.KnownServer, LinkPattern.FirstContact, LinkPattern.Resumption]
        from suite in (AeadSuite[])[AeadSuite.Aes256Gcm, AeadSuite.ChaCha20Poly1305]
        select (pattern, suite));

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Play_Honestly_BothHoldTheSameLink(LinkPattern pattern, AeadSuite suite)
    {
        using var meeting = new Meeting(pattern, suite);

        var (client, server) = (await meeting.PlayAsync()).Value;

        Assert.Equal(meeting.Device, server.Keys);
        Assert.Equal(pattern == LinkPattern.Resumption ? Meeting.TicketId : [], server.Ticket.ToArray());
        Assert.Equal(meeting.ServerStatic.ToArray(), client.ServerStatic.ToArray());
        Assert.Equal(client.Terms.HandshakeHash.ToArray(), server.Terms.HandshakeHash.ToArray());
        Assert.Equal((pattern, LinkBinding.TlsExporter, 2u), (client.Terms.Pattern, client.Terms.Binding, client.Terms.Version));
        Assert.Equal((server.Terms.Pattern, server.Terms.Cipher, server.Terms.Version), (client.Terms.Pattern, client.Terms.Cipher, client.Terms.Version));
        Assert.True(await IsHeardAsync(client.Records, server.Records));
        Assert.True(await IsHeardAsync(server.Records, client.Records));
    }

    [Fact]
    public async Task Play_Joining_TheServerLearnsTheCodeOnlyInTheFinish()
    {
        using var meeting = new Meeting(LinkPattern.FirstContact);
        var code = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xc0, 16)]);
        meeting.Client = meeting.Client with { Statement = new DeviceStatement { Keys = meeting.Device, Join = new Join { Code = code } } };
        byte[] initiate = [];
        meeting.OnInitiate = bytes => initiate = bytes;

        var (_, server) = (await meeting.PlayAsync()).Value;

        Assert.Equal(code, server.Join?.Code);
        Assert.True(initiate.AsSpan().IndexOf(code.Span) < 0 && initiate.AsSpan().IndexOf(meeting.Device.IdentityKey.Span) < 0);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Play_AnyByteOfAMessageFlipped_NobodyAgrees(LinkPattern pattern)
    {
        var honest = new List<int>();
        using (var meeting = new Meeting(pattern))
        {
            meeting.OnInitiate = meeting.OnRespond = meeting.OnFinish = bytes =>
            {
                honest.Add(bytes.Length);
                return bytes;
            };
            Assert.True((await meeting.PlayAsync()).IsOk);
        }

        for (var message = 0; message < honest.Count; message++)
        {
            for (var at = 0; at < honest[message]; at += at < 100 || at > honest[message] - 100 ? 1 : 37)
            {
                using var meeting = new Meeting(pattern);
                var number = 0;
                meeting.OnInitiate = meeting.OnRespond = meeting.OnFinish = bytes =>
                {
                    if (number++ == message)
                    {
                        bytes[at] ^= 1;
                    }

                    return bytes;
                };
                Assert.False((await meeting.PlayAsync()).IsOk, $"message {message}, byte {at}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task Play_AcrossTwoChannels_NobodyAgrees(LinkPattern pattern)
    {
        using var meeting = new Meeting(pattern);
        meeting.Server = meeting.Server with { Bindings = Meeting.Channel(2) };

        Assert.Matches("Unproven$", (await meeting.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Play_FirstContactWithAnotherServer_TheDeviceShowsNothing()
    {
        using var meeting = new Meeting(LinkPattern.FirstContact);
        using var pinned = Ed25519Key.Create();
        meeting.Client = meeting.Client with { ServerIdentity = pinned.PublicKey };
        meeting.OnFinish = _ => throw new InvalidOperationException("It was said.");

        Assert.Equal("client Unproven", (await meeting.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Play_ServerStaticSignedByAnother_IsRefused()
    {
        using var meeting = new Meeting(LinkPattern.FirstContact);
        var keys = meeting.Server.Keys.Clone();
        keys.StaticSignature = meeting.Device.StaticSignature;
        meeting.Server = meeting.Server with { Keys = keys };

        Assert.Equal("client Unproven", (await meeting.PlayAsync()).Refusal);
    }

    [Theory]
    [InlineData(LinkPattern.KnownServer)]
    [InlineData(LinkPattern.FirstContact)]
    public async Task Play_DeviceShowsKeysOfAnother_IsRefused(LinkPattern pattern)
    {
        using var meeting = new Meeting(pattern);
        using var other = new Meeting(pattern);
        meeting.Client = meeting.Client with { Statement = other.Client.Statement };

        Assert.Equal("server Unproven", (await meeting.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Play_ServerChangedItsStaticKey_IsRefusedLikeAnyOther()
    {
        using var meeting = new Meeting(LinkPattern.KnownServer);
        using var former = X25519Key.Create();
        meeting.Client = meeting.Client with { ServerStatic = former.PublicKey };

        Assert.Equal("server Unproven", (await meeting.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Play_UnknownTicket_IsRefusedLikeAnyOther()
    {
        using var meeting = new Meeting(LinkPattern.Resumption);
        meeting.Server = meeting.Server with { FindTicket = _ => null };

        Assert.Equal("server Unproven", (await meeting.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Answer_FirstMessageReplayed_TheReplayerCannotSpeak()
    {
        using var meeting = new Meeting(LinkPattern.KnownServer);
        byte[] recorded = [];
        meeting.OnInitiate = bytes => recorded = bytes;
        var (client, _) = (await meeting.PlayAsync()).Value;

        var again = (await new AwaitingInitiate(meeting.Server, Meeting.Primitives).AnswerAsync(recorded, TestContext.Current.CancellationToken)).Value;
        var server = (await again.FinishAsync(default, TestContext.Current.CancellationToken)).Value;

        Assert.False(await IsHeardAsync(client.Records, server.Records));
    }

    [Theory]
    [InlineData(false, "server Unproven")]
    [InlineData(true, null)]
    public async Task Play_WithoutChannelBinding_OnlyWhereItIsTaken(bool taken, string? refusal)
    {
        using var meeting = new Meeting(LinkPattern.KnownServer);
        meeting.Client = meeting.Client with { Bindings = null };
        meeting.Server = meeting.Server with { TakesUnbound = taken };

        var outcome = await meeting.PlayAsync();

        Assert.Equal(refusal, outcome.IsOk ? null : outcome.Refusal);
        Assert.True(!outcome.IsOk || outcome.Value.Client.Terms.Binding == LinkBinding.Unbound);
    }

    [Fact]
    public async Task Play_ClientCannotExport_TheCertificateBinds()
    {
        using var meeting = new Meeting(LinkPattern.KnownServer);
        meeting.Client = meeting.Client with { Bindings = Meeting.Channel(1, exports: false) };

        Assert.Equal(LinkBinding.TlsServerEndPoint, (await meeting.PlayAsync()).Value.Server.Terms.Binding);
    }

    [Theory]
    [InlineData(new uint[] { 3 }, new uint[] { 2 }, 0, "server Version")]
    [InlineData(new uint[] { 2 }, new uint[] { 2, 3 }, 0, null)]
    [InlineData(new uint[] { 2, 3 }, new uint[] { 2, 3 }, 3, null)]
    [InlineData(new uint[] { 2 }, new uint[] { 2 }, 3, "client Downgraded")]
    public async Task Play_Versions_AreChosenByTheRuleAndNeverForgotten(uint[] client, uint[] server, uint highest, string? refusal)
    {
        using var meeting = new Meeting(LinkPattern.KnownServer);
        meeting.Client = meeting.Client with { Versions = client, HighestVersion = highest };
        meeting.Server = meeting.Server with { Versions = server };

        var outcome = await meeting.PlayAsync();

        Assert.Equal(refusal, outcome.IsOk ? null : outcome.Refusal);
        Assert.True(!outcome.IsOk || outcome.Value.Client.HighestVersion == server.Max());
    }

    [Fact]
    public async Task Play_BegunWithLessThanBothCan_IsADowngrade()
    {
        // The client was made to begin with 2 although it and the server have 3.
        using var meeting = new Meeting(LinkPattern.KnownServer);
        var begun = (await Initiation.StartAsync(meeting.Client, Meeting.Primitives, TestContext.Current.CancellationToken)).Value;
        meeting.Server = meeting.Server with { Versions = [3, 2] };
        meeting.Client = meeting.Client with { Versions = [2] };

        var (client, _) = (await meeting.PlayAsync()).Value;
        begun.Dispose();

        Assert.Equal((2u, 3u), (client.Terms.Version, client.HighestVersion));
        meeting.Client = meeting.Client with { HighestVersion = client.HighestVersion };
        meeting.Server = meeting.Server with { Versions = [2] };
        Assert.Equal("client Downgraded", (await meeting.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Play_Features_AreThoseOfBoth()
    {
        using var meeting = new Meeting(LinkPattern.FirstContact);
        meeting.Client = meeting.Client with { Features = ["a", "b", "c"] };
        meeting.Server = meeting.Server with { Features = ["b", "c", "d"] };

        Assert.Equal(["b", "c"], (await meeting.PlayAsync()).Value.Client.Terms.Features);
    }

    [Fact]
    public async Task Start_KeyCannotBeUsed_IsUnavailable()
    {
        using var meeting = new Meeting(LinkPattern.KnownServer);
        meeting.Client = meeting.Client with { Static = new LockedKey(meeting.Client.Static.PublicKey) };

        Assert.Equal("client Unavailable", (await meeting.PlayAsync()).Refusal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ff")]
    [InlineData("0a02")]
    [InlineData("0a00")]
    public async Task Answer_Garbage_IsAValue(string hex)
    {
        using var meeting = new Meeting(LinkPattern.KnownServer);

        var answer = await new AwaitingInitiate(meeting.Server, Meeting.Primitives).AnswerAsync(Convert.FromHexString(hex), TestContext.Current.CancellationToken);

        Assert.Contains(answer.Refusal, (AgreementRefusal[])[AgreementRefusal.Malformed, AgreementRefusal.Version]);
    }

    private static async Task<bool> IsHeardAsync(RecordPair from, RecordPair to)
    {
        byte[] frame = [0, 0, 0, 8, 9, 0, 0, 0, 0, 0, 0, 1];
        var buffer = new byte[RecordSealer.SizeOf(frame.Length)];
        frame.CopyTo(buffer, RecordLimits.HeaderSize);
        var record = new ReadOnlySequence<byte>(await from.Sealer.SealAsync(buffer, frame.Length));
        Assert.Equal(RecordStatus.Complete, RecordOpener.Find(record, out var plaintext));
        var opened = new byte[plaintext + AeadSizes.Tag];
        return await to.Opener.OpenAsync(record, plaintext, opened) && opened.AsSpan(0, frame.Length).SequenceEqual(frame);
    }

    /// <summary>A key whose holder does not answer.</summary>
    private sealed class LockedKey(ReadOnlyMemory<byte> publicKey) : IKeyAgreement
    {
        public ReadOnlyMemory<byte> PublicKey => publicKey;

        public ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct) => default;
    }
}
