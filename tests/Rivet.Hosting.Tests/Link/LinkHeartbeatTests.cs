using Microsoft.Extensions.Time.Testing;
using Rivet.Link;

namespace Rivet.Hosting.Tests.Link;

public sealed class LinkHeartbeatTests
{
    private readonly FakeTimeProvider time = new();
    private int pings;
    private int givenUp;

    [Fact]
    public void Silence_APing_ThenTheLinkIsGivenUp()
    {
        using var heartbeat = New();
        Pass(seconds: 55);
        Assert.Equal((0, 0), (pings, givenUp));
        Pass(seconds: 25);
        Assert.Equal((1, 0), (pings, givenUp));
        Pass(seconds: 30);
        Assert.Equal(1, pings);
        Assert.True(givenUp > 0);
    }

    [Fact]
    public void Answer_ToThePing_KeepsTheLink()
    {
        using var heartbeat = New();
        for (var round = 1; round <= 5; round++)
        {
            Pass(seconds: 80);
            Assert.Equal((round, 0), (pings, givenUp));
            heartbeat.Heard();
        }
    }

    [Fact]
    public void Traffic_Steady_NeedsNoPing()
    {
        using var heartbeat = New();
        for (var round = 0; round < 20; round++)
        {
            Pass(seconds: 50);
            heartbeat.Heard();
        }

        Assert.Equal((0, 0), (pings, givenUp));
    }

    [Fact]
    public void Pings_OfManyDevices_AreSpreadOverAFifth()
    {
        var moments = new HashSet<int>();
        for (var seed = 0; seed < 200; seed++)
        {
            pings = 0;
            using var heartbeat = New(seed);
            var second = 0;
            for (; pings == 0; second += 5)
            {
                Pass(seconds: 5);
            }

            moments.Add(second);
        }

        Assert.Equal([60, 65, 70, 75], moments.Order()); // It looks every five seconds.
    }

    private LinkHeartbeat New(int seed = 1) => new(time, new Random(seed).Next, ping: () => pings++, giveUp: () => givenUp++);

    private void Pass(int seconds)
    {
        for (var passed = 0; passed < seconds; passed += 5)
        {
            time.Advance(TimeSpan.FromSeconds(5));
        }
    }
}
