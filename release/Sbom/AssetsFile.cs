using System.Text.Json;

namespace Rivet.Release.Sbom;

/// <summary>What a build resolved for one program: <c>project.assets.json</c>, which the SDK builds from, and the packages it read.</summary>
internal sealed record AssetsFile
{
    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>What the project itself refers to: packages and projects, by <c>NAME/VERSION</c>.</summary>
    public required IReadOnlyList<string> Direct { get; init; }

    public required IReadOnlyList<ResolvedLibrary> Libraries { get; init; }

    /// <summary>Parts of .NET itself that the program carries: the runtime, the web server.</summary>
    public required IReadOnlyList<ResolvedLibrary> RuntimePacks { get; init; }

    public static AssetsFile Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement;
        var packages = root.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();

        // Of the targets (the framework, and the framework on a kind of machine) the one that the program was published for.
        var target = root.GetProperty("targets").EnumerateObject().MaxBy(candidate => candidate.Name.Length).Value;
        var versions = target.EnumerateObject().Select(entry => entry.Name.Split('/')).ToDictionary(name => name[0], name => name[1], StringComparer.OrdinalIgnoreCase);
        var project = root.GetProperty("project");
        var framework = project.GetProperty("frameworks").EnumerateObject().First().Value;
        return new AssetsFile
        {
            Project = project.GetProperty("restore").GetProperty("projectName").GetString()!,
            Direct = [.. root.GetProperty("projectFileDependencyGroups").EnumerateObject().First().Value.EnumerateArray()
                .Select(entry => entry.GetString()!.Split(' ')[0]).Where(versions.ContainsKey).Select(Full)],
            Libraries = [.. target.EnumerateObject().Select(entry => Library(entry, root.GetProperty("libraries").GetProperty(entry.Name)))],
            RuntimePacks = [.. Packs(framework, packages)],
        };

        string Full(string name) => target.EnumerateObject().First(entry => entry.Name.StartsWith(name + "/", StringComparison.OrdinalIgnoreCase)).Name;

        ResolvedLibrary Library(JsonProperty entry, JsonElement described)
        {
            var name = entry.Name.Split('/');
            return new ResolvedLibrary
            {
                Name = name[0],
                Version = name[1],
                Folder = described.GetProperty("type").ValueEquals("project") ? null : Find(packages, described.GetProperty("path").GetString()!),
                Dependencies = entry.Value.TryGetProperty("dependencies", out var dependencies)
                    ? [.. dependencies.EnumerateObject().Where(dependency => versions.ContainsKey(dependency.Name)).Select(dependency => Full(dependency.Name))]
                    : [],
                Files = [.. Files(entry.Value)],
            };
        }
    }

    /// <summary>Names of the files that a library brings into a program.</summary>
    private static IEnumerable<string> Files(JsonElement library)
        => from kind in (string[])["runtime", "native", "runtimeTargets", "resource"]
           where library.TryGetProperty(kind, out _)
           from file in library.GetProperty(kind).EnumerateObject()
           let name = Path.GetFileName(file.Name)
           where name != "_._"
           select name;

    private static IEnumerable<ResolvedLibrary> Packs(JsonElement framework, IReadOnlyList<string> packages)
    {
        var web = framework.GetProperty("frameworkReferences").TryGetProperty("Microsoft.AspNetCore.App", out _);
        var asked = framework.TryGetProperty("downloadDependencies", out var downloads) ? downloads.EnumerateArray() : [];
        foreach (var pack in asked)
        {
            var name = pack.GetProperty("name").GetString()!;
            if (!web && name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal))
            {
                continue;
            }

            var version = pack.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0];
            var folder = Find(packages, $"{name.ToLowerInvariant()}/{version}");
            yield return new ResolvedLibrary
            {
                Name = name,
                Version = version,
                Folder = folder,
                Dependencies = [],
                Files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)!).Distinct()],
            };
        }
    }

    private static string Find(IReadOnlyList<string> packages, string path)
        => packages.Select(folder => Path.Combine(folder, path)).FirstOrDefault(Directory.Exists)
            ?? throw new ReleaseStop($"The package {path} is not where the build said it was.");
}

/// <summary>A package or a project of a program.</summary>
internal sealed record ResolvedLibrary
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>The unpacked package; null for a project of this repository.</summary>
    public required string? Folder { get; init; }

    /// <summary>By <c>NAME/VERSION</c>.</summary>
    public required IReadOnlyList<string> Dependencies { get; init; }

    /// <summary>Names of files it brings into the program; none for what only helps to build.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public string Key => $"{Name}/{Version}";
}
