using System.Diagnostics.CodeAnalysis;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>A promise that some bytes broke.</summary>
internal sealed class BrokenPromiseException(string promise) : Exception(promise);

/// <summary>What the attacked code promises.</summary>
internal static class Promise
{
    public static void Holds([DoesNotReturnIf(false)] bool held, string promise)
    {
        if (!held)
        {
            throw new BrokenPromiseException(promise);
        }
    }

    /// <summary>The result of what has everything it needs in memory, and so must be done at once.</summary>
    public static T Now<T>(ValueTask<T> task)
    {
        Holds(task.IsCompleted, "with keys in memory nothing waits");
        return task.GetAwaiter().GetResult();
    }
}
