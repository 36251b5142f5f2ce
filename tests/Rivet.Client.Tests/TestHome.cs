using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Client.Tests;

internal sealed class TestHome : IDisposable
{
    private readonly TempFolder folder = new();

    public ClientHome Home => new() { Place = new ContainerPlace { Home = folder["home"], KeyFolder = folder["keys"] } };

    public static InvitationLink Invitation { get; } = new()
    {
        Host = "localhost",
        Port = 1,
        ServerKey = new byte[32],
        Code = InvitationCode.Create(),
    };

    public async Task<RivetClient> JoinAsync(FakeServer server)
        => (await TryJoinAsync(server)).Value;

    public Task<Result<RivetClient, ClientRefusal>> TryJoinAsync(FakeServer server)
        => NativeClient.JoinAsync(
            Home, Invitation, new JoinDetails("Ana", "laptop", ""), (_, _) => server.DialAsync, Impatient.Instance, TestContext.Current.CancellationToken);

    public RivetClient Open(FakeServer server) => NativeClient.Open(Home, (_, _, _) => server.DialAsync, Impatient.Instance).Value;

    public void Dispose() => folder.Dispose();

    /// <summary>Waits for what the home will show, woken by its changes (what only the server knows is asked of the server); the test's own time limit is the only clock.</summary>
    public static async Task UntilAsync(RivetClient client, Func<bool> holds)
    {
        while (true)
        {
            var seen = client.Changes;
            if (holds())
            {
                return;
            }

            await client.ChangedAsync(seen, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The system's clock, but back-off and polling pass quickly.</summary>
    private sealed class Impatient : TimeProvider
    {
        public static readonly Impatient Instance = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => base.CreateTimer(callback, state, dueTime > TimeSpan.FromMinutes(1) ? dueTime : dueTime / 50, period);
    }
}
