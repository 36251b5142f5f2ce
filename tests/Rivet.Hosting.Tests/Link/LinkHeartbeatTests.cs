using Microsoft.Extensions.Time.Testing;
using Rivet.Client.Link;

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

    private LinkHeartbeat New() => new(time, ping: () => pings++, giveUp: () => givenUp++);

    private void Pass(int seconds)
    {
        for (var passed = 0; passed < seconds; passed += 5)
        {
            time.Advance(TimeSpan.FromSeconds(5));
        }
    }
}
