using Rivet.Hosting.Outgoing;

namespace Rivet.Hosting.Tests.Outgoing;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 0.0, 5)]
    [InlineData(1, 1.0, 4)]
    [InlineData(4, 0.0, 40)]
    [InlineData(4, 0.5, 36)]
    [InlineData(500, 0.0, 300)]
    [InlineData(500, 1.0, 240)]
    [InlineData(int.MaxValue, 0.0, 300)]
    [InlineData(0, 0.0, 5)]
    public void After_Failures_WaitsLongerAndNotAllAtOnce(int failures, double chance, int seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), new Backoff(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), new Fixed(chance)).After(failures));

    [Fact]
    public void Next_OfTheSystem_IsWithinBoundsAndNotTheSame()
    {
        var drawn = Enumerable.Range(0, 1000).Select(_ => new Chance().Next()).ToArray();
        Assert.All(drawn, number => Assert.InRange(number, 0, 1 - double.Epsilon));
        Assert.True(drawn.Distinct().Count() > 900);
    }

    private sealed class Fixed(double chance) : Chance
    {
        public override double Next() => chance;
    }
}
