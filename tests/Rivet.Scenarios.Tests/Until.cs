using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Rivet.Scenarios.Tests;

/// <summary>Waits for what a running server will come to, which nothing announces; two minutes at most, and then says for what it waited.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task HoldsAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"It never came to be: {what}");
            await Task.Delay(Pause, Company.Ct);
        }
    }
}
