namespace Rivet.Server.Doctor.Checks;

/// <summary>Nothing in the data folder is from the future: else the clock was set back, or a wrong one was mended.</summary>
internal sealed class ClockBehind : ICheck
{
    private static readonly TimeSpan Jitter = TimeSpan.FromMinutes(2);

    public string Id => "clock.behind";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        _ = FileFacts.Of(patient.Store);
        var newest = Directory.EnumerateFiles(patient.Options.DataFolder).MaxBy(File.GetLastWriteTimeUtc)!;
        var ahead = File.GetLastWriteTimeUtc(newest) - patient.Time.GetUtcNow().UtcDateTime;
        return ValueTask.FromResult(ahead > Jitter ? Finding.Failing("Future", newest, Math.Ceiling(ahead.TotalMinutes)) : Finding.Passing("Past"));
    }
}
