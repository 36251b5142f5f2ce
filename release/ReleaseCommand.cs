using System.CommandLine;
using Rivet.Release.Checks;

namespace Rivet.Release;

/// <summary>The command line.</summary>
internal static class ReleaseCommand
{
    private static readonly Option<string?> Version = new("--version") { Description = "The version, like 1.2.3 or 1.2.3-rc.1; what Directory.Build.props says" };
    private static readonly Option<string?> Key = new("--key") { Description = "An SSH key that signs the checksums; with a public key, its private half is the SSH agent's" };
    private static readonly Option<string?> Out = new("--out") { Description = "An empty or new folder for the files; artifacts/release/VERSION" };
    private static readonly Option<string?> Check = new("--check") { Description = "Check a folder of release files instead of making one" };
    private static readonly Option<string?> Signers = new("--signers") { Description = "With --check: the allowed signers (ssh-keygen(1)); then an unsigned release is refused" };

    public static Command Create()
    {
        // Not a RootCommand: that would keep --version for itself.
        var command = new Command("release", "Makes the packages of a release, or checks them.") { Version, Key, Out, Check, Signers };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        try
        {
            if (parsed.GetValue(Check) is { } folder)
            {
                return await CheckAsync(folder, parsed.GetValue(Signers), ct);
            }

            var sources = await SourceTree.FindAsync(AppContext.BaseDirectory, Environment.GetEnvironmentVariable, ct);
            var version = ReadVersion(parsed.GetValue(Version)) ?? sources.Version;
            await new Making
            {
                Sources = sources,
                Version = version,
                Folder = Path.GetFullPath(parsed.GetValue(Out) ?? sources.File("artifacts", "release", version.Text)),
                Key = parsed.GetValue(Key) is { } key ? Path.GetFullPath(key) : null,
                Say = Console.Out.WriteLine,
            }.RunAsync(ct);
            return 0;
        }
        catch (Exception stopped) when (stopped is ReleaseStop or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"rivet release: {stopped.Message}");
            return 1;
        }
    }

    private static async Task<int> CheckAsync(string folder, string? signers, CancellationToken ct)
    {
        var verdict = await ReleaseCheck.RunAsync(folder, signers, ct);
        foreach (var line in verdict.Said)
        {
            Console.WriteLine(line);
        }

        foreach (var problem in verdict.Problems)
        {
            await Console.Error.WriteLineAsync($"rivet release: {problem}");
        }

        return verdict.Problems.Count == 0 ? 0 : 1;
    }

    private static ReleaseVersion? ReadVersion(string? text)
        => text is null ? null
            : ReleaseVersion.TryParse(text, out var version) ? version
            : throw new ReleaseStop("--version takes a version like 1.2.3 or 1.2.3-rc.1, in small letters.");
}
