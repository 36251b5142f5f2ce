namespace Rivet.Fuzz.Tests.Targets;

/// <summary>One thing to attack with bytes: it throws when a promise is broken, and only then.</summary>
/// <param name="Name">As it is said on the command line and as its folders are called.</param>
/// <param name="Run">Attacks once; depends on nothing but the bytes.</param>
/// <param name="Seeds">Honest inputs to begin from, by name.</param>
/// <param name="RunsInTests">How many mutated inputs the ordinary tests try.</param>
internal sealed record Target(string Name, Action<ReadOnlySpan<byte>> Run, Func<IEnumerable<(string Name, byte[] Bytes)>> Seeds, int RunsInTests)
{
    /// <summary>The largest input that is tried.</summary>
    public const int MaxInput = 8 * 1024;

    public static IReadOnlyList<Target> All { get; } =
    [
        new("frames", FramesTarget.Run, FramesTarget.Seeds, 20_000),
        new("records", RecordsTarget.Run, RecordsTarget.Seeds, 10_000),
        new("initiate", InitiateTarget.Run, InitiateTarget.Seeds, 600),
        new("respond", RespondTarget.Run, RespondTarget.Seeds, 400),
        new("finish", FinishTarget.Run, FinishTarget.Seeds, 400),
        new("puzzles", PuzzlesTarget.Run, PuzzlesTarget.Seeds, 5_000),
        new("streams", StreamsTarget.Run, StreamsTarget.Seeds, 3_000),
    ];

    public static Target Named(string name) => All.Single(target => target.Name == name);
}
