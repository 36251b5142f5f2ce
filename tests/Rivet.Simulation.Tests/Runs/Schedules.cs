using System.Globalization;

namespace Rivet.Simulation.Tests;

/// <summary>
/// Runs schedules from a seed that is new each time. <c>RIVET_SIM_SEED</c> runs one alone, <c>RIVET_SIM_SCHEDULES</c>
/// another number of them.
/// </summary>
internal static class Schedules
{
    public static void Run(int count, Func<int, Setting> of)
    {
        if (Number("RIVET_SIM_SEED") is { } alone)
        {
            World.Run(of(alone));
            return;
        }

        var first = Random.Shared.Next();
        count = Number("RIVET_SIM_SCHEDULES") ?? count;
        for (var at = 0; at < count; at++)
        {
            World.Run(of(unchecked(first + at)));
        }
    }

    private static int? Number(string variable)
        => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
