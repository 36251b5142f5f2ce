using System.Net;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Rivet.Client.Native.Tls;
using Rivet.Hosting.Link;
using Rivet.Hosting.Link.Connections;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

/// <summary>What those can cost who have not signed in (docs/protocol/lws.md §4, §5.4).</summary>
public sealed class LoadTests
{
    private static readonly LinkOptions Hasty = new() { HandshakeBurst = 3, HandshakesPerSecond = 1 };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_AddressInHaste_SolvesAPuzzleAndIsLetIn()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync(configure: Hurry, time: time);
        using var keys = DeviceKeys.Create();
        await (await server.JoinAsync(keys)).DisposeAsync();
        using var watched = await RawLink.DialAsync(server.Port);
        await InitiateAsync(server, watched, keys);

        Assert.Equal(FrameType.Puzzle, (await watched.ReadAsync()).Type);
        await using var link = (await TlsLink.ConnectAsync(server.Target, keys, null, null, TimeProvider.System, Ct)).Value;
        Assert.NotNull(await link.PingAsync(Ct));
        Assert.True((await LinkInspection.LookAsync("127.0.0.1", server.Port, TimeProvider.System, Ct)).Value.IsProven);
    }

    [Theory]
    [InlineData("0a080000000000000000")]
    [InlineData("0a0100")]
    [InlineData("")]
    [InlineData("ff")]
    public async Task Puzzle_WrongSolution_IsRefusedBeforeAnythingIsComputed(string solution)
    {
        await using var server = await TestServer.StartAsync(configure: Hurry, time: new FakeTimeProvider());
        using var keys = DeviceKeys.Create();
        await (await server.JoinAsync(keys)).DisposeAsync();
        using var link = await RawLink.DialAsync(server.Port);
        var initiate = await InitiateAsync(server, link, keys);
        var puzzle = Puzzle.Parser.ParseFrom((await link.ReadAsync()).Body);
        if (Puzzles.IsSolved(puzzle, initiate, Convert.FromHexString(solution)))
        {
            return; // One in 65,536.
        }

        await link.SendAsync(FrameType.Solution, Convert.FromHexString(solution));

        Assert.Equal(CloseReason.Refused, await link.ReadCloseAsync());
    }

    [Fact]
    public void Enter_BurstThenPuzzlesThenRefilled()
    {
        var time = new FakeTimeProvider();
        var admission = new Admission(Hasty, time);
        var here = IPAddress.Parse("192.0.2.1");

        var bits = Enumerable.Range(0, 5).Select(_ => Once(admission, here)).ToArray();

        Assert.Equal([0, 0, 0, 16, 16], bits);
        Assert.Equal(0, Once(admission, IPAddress.Parse("192.0.2.2")));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, Once(admission, here));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    public void Enter_Addresses_AreOneWhereOneHostHasThem(string first, string second, bool same)
    {
        var admission = new Admission(new LinkOptions { HandshakeBurst = 1, HandshakesPerSecond = 1 }, new FakeTimeProvider());
        Once(admission, IPAddress.Parse(first));

        Assert.Equal(same ? 16 : 0, Once(admission, IPAddress.Parse(second)));
    }

    [Fact]
    public void Enter_TheFullerTheHarder()
    {
        var admission = new Admission(new LinkOptions { MaxHalfOpen = 8, MaxHalfOpenPerAddress = 8 }, new FakeTimeProvider());

        var admitted = Enumerable.Range(0, 9).Select(number => admission.Enter(IPAddress.Parse($"192.0.2.{number}"))).ToArray();

        Assert.Equal([0, 14, 14, 16, 16, 18, 18, 18, 0], admitted.Select(each => each.PuzzleBits));
        Assert.Equal([.. Enumerable.Repeat(true, 8), false], admitted.Select(each => each.IsAdmitted));
    }

    [Fact]
    public void Enter_BehindAProxy_OnlyTheWholeIsBounded()
    {
        var admission = new Admission(
            new LinkOptions { MaxHalfOpen = 100, MaxHalfOpenPerAddress = 2, HandshakeBurst = 1, HandshakesPerSecond = 1, LimitsAddresses = false },
            new FakeTimeProvider());
        var proxy = IPAddress.Parse("192.0.2.1");

        var admitted = Enumerable.Range(0, 101).Select(_ => admission.Enter(proxy)).ToArray();

        Assert.All(admitted[..24], each => Assert.Equal(new Admitted(true, 0), each));
        Assert.Equal(100, admitted.Count(each => each.IsAdmitted));
    }

    [Fact]
    public void Sweep_QuietAddresses_AreForgotten()
    {
        var time = new FakeTimeProvider();
        var admission = new Admission(Hasty, time);
        for (var number = 0; number < 200; number++)
        {
            Once(admission, new IPAddress([10, 0, 0, (byte)number]));
        }

        Assert.Equal(200, admission.Remembered);
        time.Advance(TimeSpan.FromMinutes(1));
        admission.Sweep();

        Assert.Equal(0, admission.Remembered);
    }

    private static int Once(Admission admission, IPAddress from)
    {
        var admitted = admission.Enter(from);
        Assert.True(admitted.IsAdmitted);
        admission.Leave(from);
        return admitted.PuzzleBits;
    }

    private static void Hurry(LinkOptions options) => (options.HandshakeBurst, options.HandshakesPerSecond) = (1, 1);

    private static async Task<byte[]> InitiateAsync(TestServer server, RawLink link, DeviceKeys keys)
    {
        var begun = (await Initiation.StartAsync(RawSession.Terms(server, keys, link.Bindings), LinkCryptography.Primitives, Ct)).Value;
        await link.SendAsync(FrameType.Initiate, begun.Initiate);
        return begun.Initiate.ToArray();
    }
}
