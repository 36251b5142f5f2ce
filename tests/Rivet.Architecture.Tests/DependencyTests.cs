namespace Rivet.Architecture.Tests;

public sealed class DependencyTests
{
    [Fact]
    public void DependencyPage_ComparedWithProjectFiles_IsTrue()
    {
        var written = Repository.Read("docs/dependencies.txt")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .Order(StringComparer.Ordinal);
        var found = Repository.Projects.Values
            .Select(project => $"{project.Name} ->{string.Concat(project.References.Select(reference => " " + reference))}")
            .Order(StringComparer.Ordinal);

        Assert.Equal(found, written);
    }

    [Fact]
    public void Arrows_BetweenFloors_GoDownOnly()
    {
        var climbing = from project in Repository.Projects.Values
                       from reference in project.References
                       let target = Repository.Projects[reference]
                       where target.Floor > project.Floor
                       select $"{project.Name} (floor {project.Floor}) -> {reference} (floor {target.Floor})";

        Assert.Empty(climbing);
    }

    [Fact]
    public void Arrows_Followed_FormNoRing()
    {
        foreach (var project in Repository.Projects.Keys)
        {
            Assert.DoesNotContain(project, Reachable(project));
        }
    }

    [Fact]
    public void Clients_Reference_NoModuleAndNoServerPlatform()
    {
        var clients = Repository.Projects.Values.Where(project => project.Kind == "client" || project.Name is "Rivet.Cli" or "Rivet.Tour");
        var forbidden = from project in clients
                        from reachable in Reachable(project.Name)
                        where Repository.Projects[reachable].Kind is "modules" or "platform"
                        select $"{project.Name} reaches {reachable}";

        Assert.Empty(forbidden);
    }

    [Theory]
    [InlineData("Rivet.Kernel")]
    [InlineData("Rivet.Wire")]
    [InlineData("Rivet.Cryptography")]
    [InlineData("Rivet.Lws")]
    [InlineData("Rivet.Cryptography.Bouncy")]
    [InlineData("Rivet.Client")]
    public void PortableProject_WithAllItReaches_BuildsForBrowsers(string name)
    {
        foreach (var project in Reachable(name).Append(name).Select(reached => Repository.Projects[reached]))
        {
            Assert.Contains(project.Document.Descendants("SupportedPlatform"), item => item.Attribute("Include")?.Value == "browser");
            Assert.DoesNotContain(project.Packages, package => package.StartsWith("NSec", StringComparison.Ordinal));
            Assert.DoesNotContain("CA1416", project.Document.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rooms_InTheSolution_AreAllProjects()
    {
        var solution = Repository.Read("Rivet.slnx");
        var missing = Repository.TrackedFiles.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains(file, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [Fact]
    public void Projects_Locked_HaveALockFile()
    {
        var missing = from file in Repository.TrackedFiles
                      where file.EndsWith(".csproj", StringComparison.Ordinal)
                      let lockFile = $"{Path.GetDirectoryName(file)}/packages.lock.json"
                      where !Repository.TrackedFiles.Contains(lockFile)
                      select lockFile;

        Assert.Empty(missing);
    }

    [Fact]
    public void Product_References_NoTestAndNoStandIn()
    {
        string[] standIns = ["Rivet.Testing", ".Testing", "Moq", "NSubstitute", "FakeItEasy", "InMemory", "xunit"];
        var wrong = from project in Repository.Projects.Values
                    from used in project.References.Concat(project.Packages)
                    where standIns.Any(standIn => used.Contains(standIn, StringComparison.OrdinalIgnoreCase))
                    select $"{project.Name} -> {used}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Tests_Reference_NoMockAndNoStoreOfAnotherKind()
    {
        string[] standIns = ["Moq", "NSubstitute", "FakeItEasy", "InMemory", "WebApplicationFactory", "Mvc.Testing"];
        var wrong = from file in Repository.TrackedFiles
                    where file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal)
                    from standIn in standIns
                    where Repository.Read(file).Contains(standIn, StringComparison.OrdinalIgnoreCase)
                    select $"{file}: {standIn}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void ServerPlatform_AndModules_AreNotReachedFromBelow()
    {
        var reaching = from project in Repository.Projects.Values
                       where project.Kind is "foundation" or "platform"
                       from reached in Reachable(project.Name)
                       where Repository.Projects[reached].Kind is "modules" or "apps" or "client"
                       select $"{project.Name} reaches {reached}";

        Assert.Empty(reaching);
    }

    private static HashSet<string> Reachable(string from)
    {
        var seen = new HashSet<string>();
        var open = new Queue<string>(Repository.Projects[from].References);
        while (open.TryDequeue(out var next))
        {
            if (seen.Add(next))
            {
                Repository.Projects[next].References.ToList().ForEach(open.Enqueue);
            }
        }

        return seen;
    }
}
