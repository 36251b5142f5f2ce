using Rivet.Release.Publishing;
using Rivet.Testing;

namespace Rivet.Release.Tests;

public sealed class PublisherTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publishing_FromALockFileThatAnotherPackageWasPutInto_IsRefused()
    {
        // A project of its own: the clone is not to be changed by a test.
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["src/apps/Rivet.Cli"]);
        var root = Fixtures.RepositoryRoot();
        File.Copy(Path.Combine(root, "Directory.Build.props"), folder["Directory.Build.props"]);
        File.Copy(Path.Combine(root, "Directory.Packages.props"), folder["Directory.Packages.props"]);
        File.Copy(Path.Combine(root, "nuget.config"), folder["nuget.config"]);
        await File.WriteAllTextAsync(folder["src/apps/Rivet.Cli/Rivet.Cli.csproj"], """
            <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Dapper" /></ItemGroup></Project>
            """, Ct);
        await File.WriteAllTextAsync(folder["src/apps/Rivet.Cli/packages.lock.json"], """
            { "version": 2, "dependencies": { "net10.0": { "Dapper": { "type": "Direct", "requested": "[2.1.0, )", "resolved": "2.1.0", "contentHash": "AAAA" } } } }
            """, Ct);
        var sources = await SourceTree.FindAsync(AppContext.BaseDirectory, _ => null, Ct) with { Root = folder.Path };
        var publisher = new Publisher { Sources = sources, Version = sources.Version, WorkFolder = folder["work"], Say = _ => { } };

        var stop = await Assert.ThrowsAsync<ReleaseStop>(() => publisher.RunAsync(Ct));

        Assert.Contains("NU1004", stop.Message, StringComparison.Ordinal);
    }
}
