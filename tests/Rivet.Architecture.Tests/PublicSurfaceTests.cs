using System.Reflection;
using PublicApiGenerator;

namespace Rivet.Architecture.Tests;

/// <summary>
/// What each project promises to others, as text. A change shows up in review; with <c>RIVET_UPDATE_SNAPSHOTS=1</c> the
/// texts are written anew.
/// </summary>
public sealed class PublicSurfaceTests
{
    private static readonly string Snapshots = Path.Combine(Repository.Root, "tests", "Rivet.Architecture.Tests", "PublicApi");

    public static TheoryData<string> Libraries =>
        [.. Repository.Projects.Values.Where(project => project.Kind != "apps" && project.Name != "Rivet.Wire").Select(project => project.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void PublicSurface_ComparedWithSnapshot_IsUnchanged(string name)
    {
        var surface = Assembly.Load(name).GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });
        var file = Path.Combine(Snapshots, name + ".txt");
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Snapshots);
            File.WriteAllText(file, surface);
        }

        Assert.True(File.Exists(file), $"{name} has no snapshot yet: run this test with RIVET_UPDATE_SNAPSHOTS=1 and review what it writes.");
        Assert.Equal(File.ReadAllText(file), surface);
    }
}
