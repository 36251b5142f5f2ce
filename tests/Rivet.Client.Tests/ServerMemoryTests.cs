using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Link;

namespace Rivet.Client.Tests;

/// <summary>What a device keeps of a server beyond its own restart (docs/protocol/lws.md §5.3).</summary>
public sealed class ServerMemoryTests
{
    private static readonly byte[] Static = [.. Enumerable.Repeat((byte)7, 32)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Memory_OfAHome_SurvivesItsRestart()
    {
        using var home = new TestHome();
        await LearnAsync(home, memory => memory.Learn(Static, 3));

        await RecallAsync(home, memory => Assert.Equal((true, 3u), (memory.ServerStatic.Span.SequenceEqual(Static), memory.HighestVersion)));
    }

    [Fact]
    public async Task Memory_ServerRefusedItsStaticKey_TheVersionStays()
    {
        using var home = new TestHome();
        await LearnAsync(home, memory =>
        {
            memory.Learn(Static, 3);
            memory.Learn(Static, 2);
            memory.Forget();
        });

        await RecallAsync(home, memory => Assert.Equal((true, 3u), (memory.ServerStatic.IsEmpty, memory.HighestVersion)));
    }

    [Fact]
    public void Learn_ResumedWithoutAStaticKey_KeepsWhatWasKnown()
    {
        var memory = new ServerMemory();
        memory.Learn(Static, 2);
        memory.Learn(default, 2);

        Assert.Equal(Static, memory.ServerStatic.ToArray());
    }

    [Fact]
    public void Keep_NothingNew_IsNotTold()
    {
        var told = 0;
        var memory = new ServerMemory(null, _ => told++);
        memory.Learn(Static, 2);
        memory.Learn(Static.ToArray(), 2);

        Assert.Equal(1, told);
    }

    private static async Task LearnAsync(TestHome home, Action<ServerMemory> learn)
    {
        var server = new FakeServer(1);
        var joined = await NativeClient.JoinAsync(
            home.Home, TestHome.Invitation, new JoinDetails("Ana", "laptop", ""),
            (_, memory) =>
            {
                learn(memory);
                return server.DialAsync;
            },
            TimeProvider.System, Ct);
        await joined.Value.DisposeAsync();
    }

    private static async Task RecallAsync(TestHome home, Action<ServerMemory> recall)
    {
        var server = new FakeServer(1);
        var opened = NativeClient.Open(
            home.Home,
            (_, _, memory) =>
            {
                recall(memory);
                return server.DialAsync;
            },
            TimeProvider.System);
        await opened.Value.DisposeAsync();
    }
}
