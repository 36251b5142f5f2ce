using System.Diagnostics;
using System.Globalization;

namespace Rivet.Release.Publishing;

/// <summary>
/// Publishes the programs with the .NET SDK. Everything it builds goes below one folder of its own, and packages come from the
/// lock files or not at all, so that nothing of the clone is read half-built or written, whatever else builds there.
/// </summary>
internal sealed record Publisher
{
    /// <summary>The only kind of machine releases are made for.</summary>
    public const string Runtime = "linux-x64";

    public required SourceTree Sources { get; init; }

    public required ReleaseVersion Version { get; init; }

    /// <summary>A folder that is nobody else's.</summary>
    public required string WorkFolder { get; init; }

    public required Action<string> Say { get; init; }

    /// <summary>Publishes both; takes minutes and says so.</summary>
    public async Task<BuiltPrograms> RunAsync(CancellationToken ct)
    {
        var client = await PublishAsync("Rivet.Cli", "the terminal client as native code", ct);
        var server = await PublishAsync("Rivet.Server", "the server with its runtime, and the chat, trimmed and compressed", ct);

        // What the native program was compiled from lies beside it still.
        foreach (var folder in Directory.EnumerateDirectories(client))
        {
            Directory.Delete(folder, recursive: true);
        }

        return new BuiltPrograms { ServerFolder = server, ClientFolder = client };
    }

    /// <summary>What the build resolved for a project.</summary>
    public string AssetsFile(string project) => Path.Combine(WorkFolder, "obj", project, "project.assets.json");

    internal IReadOnlyList<string> Arguments(string project) =>
    [
        "publish", Path.Combine("src", "apps", project), "--configuration", "Release", "--nologo", "--verbosity", "quiet",
        $"-p:RivetRuntime={Runtime}", $"-p:ArtifactsPath={WorkFolder}", $"-p:Version={Version}",
        "-p:RestoreLockedMode=true", "-p:ContinuousIntegrationBuild=true", "-p:DebugType=none", "-p:GenerateDocumentationFile=false",
    ];

    private async Task<string> PublishAsync(string project, string what, CancellationToken ct)
    {
        Say($"Publishing {what}; it takes a minute or three …");
        var begun = Stopwatch.StartNew();
        var end = await Tool.TryAsync("dotnet", Arguments(project), ct, new ToolSurroundings { Folder = Sources.Root });
        if (end.ExitCode != 0)
        {
            var errors = end.Output.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).Distinct().Take(10).ToList();
            throw new ReleaseStop($"{project} could not be published:\n{string.Join('\n', errors is [] ? [end.Output, end.Error] : errors)}");
        }

        Say(string.Create(CultureInfo.InvariantCulture, $"  {begun.Elapsed.TotalSeconds:F0} s"));
        return Path.Combine(WorkFolder, "publish", project, $"release_{Runtime}");
    }
}
