using System.Globalization;
using System.Xml.Linq;

namespace Rivet.Release;

/// <summary>The sources that a release is made from.</summary>
internal sealed record SourceTree
{
    private static readonly DateTimeOffset FirstTimeOfAnArchive = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The folder that holds <c>Rivet.slnx</c>.</summary>
    public required string Root { get; init; }

    /// <summary>What <c>Directory.Build.props</c> says.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>The commit, with <c>-changed</c> where files differ from it; <c>unknown</c> outside git.</summary>
    public required string Commit { get; init; }

    /// <summary>The time that every file of a release bears: <c>SOURCE_DATE_EPOCH</c>, else the commit's own, else 1980.</summary>
    public required DateTimeOffset Time { get; init; }

    public bool IsChanged => Commit.EndsWith("-changed", StringComparison.Ordinal);

    public static async Task<SourceTree> FindAsync(string start, Func<string, string?> environment, CancellationToken ct)
    {
        var root = Ascend(start) ?? throw new ReleaseStop("./rivet release runs in a clone of the repository only.");
        var commit = await GitAsync(root, ["rev-parse", "HEAD"], ct);
        var changed = commit is not null && await GitAsync(root, ["status", "--porcelain"], ct) is not "";
        return new SourceTree
        {
            Root = root,
            Version = ReadVersion(Path.Combine(root, "Directory.Build.props")),
            Commit = commit is null ? "unknown" : changed ? commit + "-changed" : commit,
            Time = ReadTime(environment("SOURCE_DATE_EPOCH") ?? await GitAsync(root, ["log", "-1", "--format=%ct"], ct)),
        };
    }

    public string File(params string[] parts) => Path.Combine([Root, .. parts]);

    internal static DateTimeOffset ReadTime(string? seconds)
        => seconds is null ? FirstTimeOfAnArchive
            : long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 253_402_300_799
                ? DateTimeOffset.FromUnixTimeSeconds(number)
                : throw new ReleaseStop($"SOURCE_DATE_EPOCH takes seconds since 1970, not \"{seconds}\".");

    private static ReleaseVersion ReadVersion(string props)
        => ReleaseVersion.TryParse(XDocument.Load(props).Descendants("Version").FirstOrDefault()?.Value, out var version)
            ? version
            : throw new ReleaseStop($"{props} names no version like 1.2.3.");

    private static string? Ascend(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Rivet.slnx")))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    private static async Task<string?> GitAsync(string root, string[] arguments, CancellationToken ct)
        => await Tool.TryAsync("git", ["-C", root, .. arguments], ct) is { ExitCode: 0 } end ? end.Output.Trim() : null;
}
