using System.Diagnostics;
using System.Xml.Linq;
using Rivet.Testing;

namespace Rivet.Architecture.Tests;

/// <summary>The repository as files: projects, references, tracked texts.</summary>
internal static class Repository
{
    public static string Root { get; } = Fixtures.RepositoryRoot();

    /// <summary>Every product project, by name.</summary>
    public static IReadOnlyDictionary<string, ProductProject> Projects { get; } = Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(ProductProject.Load)
        .ToDictionary(project => project.Name);

    /// <summary>Every file git tracks or would track, relative to the root.</summary>
    public static IReadOnlyList<string> TrackedFiles { get; } = Git("ls-files", "--cached", "--others", "--exclude-standard");

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    private static string[] Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Root, .. arguments]) { RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Path.Combine(Root, file)))];
    }
}

/// <summary>A project file and what it says.</summary>
internal sealed record ProductProject(string Name, string Path, int Floor, IReadOnlyList<string> References, IReadOnlyList<string> Packages, XDocument Document)
{
    /// <summary>Which floor a folder under <c>src</c> is; modules stand between platform and apps.</summary>
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["foundation"] = 0, ["platform"] = 1, ["client"] = 1, ["modules"] = 2, ["apps"] = 6,
    };

    /// <summary>Modules stand on floors of their own.</summary>
    private static readonly Dictionary<string, int> ModuleFloors = new()
    {
        ["Rivet.Audit"] = 2, ["Rivet.Vault"] = 2, ["Rivet.Identity"] = 2, ["Rivet.Access"] = 2, ["Rivet.Messaging"] = 3,
    };

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public string Kind => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(Folder)!);

    public static ProductProject Load(string path)
    {
        var document = XDocument.Load(path);
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        var kind = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(path))!);
        return new ProductProject(
            name,
            path,
            ModuleFloors.TryGetValue(name, out var floor) ? floor : Floors[kind],
            [.. Includes("ProjectReference").Select(include => System.IO.Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))).Order(StringComparer.Ordinal)],
            [.. Includes("PackageReference")],
            document);

        IEnumerable<string> Includes(string element) => document.Descendants(element).Select(item => item.Attribute("Include")!.Value);
    }
}
