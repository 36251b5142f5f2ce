using Rivet.Release.Debian;
using Rivet.Release.Publishing;
using Rivet.Testing;

namespace Rivet.Release.Tests.Trial;

/// <summary>
/// A package installed, used, upgraded, removed and purged. In CI its programs are those of the build, run by this machine's runtime: the
/// package is tried, not what publishing makes of the programs. <c>./rivet release --trial</c> tries a release as it is.
/// </summary>
public sealed class PackageTrialTests
{
    private static readonly string[] StepsOfABuild =
    [
        "no dotnet on this machine",
        "installed; data for the server alone, programs for root alone",
        "runs as rivet, without a capability",
        "its code and its data are not everybody's",
        "two people joined with the installed client, and one wrote to the other",
        "the client speaks both languages",
        "upgraded in place: settings kept, the conversation goes on",
        "removed; settings and data are there",
        "purged; the data is root's and said to be there",
        "installed again over what was left: the same company, the same conversation",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly string[] StepsUnderSystemd =
    [
        "systemd runs the server",
        "as rivet, without a capability, behind a filter of system calls",
        "people talk through it",
        "started again after it was killed",
        "an upgrade stops it and starts the next",
        "purge stops it, and systemd knows it no more",
    ];

    [Fact]
    public async Task Package_OfTheBuild_LivesAndLeavesNothingButData()
    {
        using var machine = await OpenWithBuildAsync();

        var (held, left) = await machine.LiveAsync("first.deb", "next.deb", "build", Ct);

        Assert.Equal(StepsOfABuild, held);
        AssertOnlyData(left);
    }

    [Fact]
    public async Task Package_OfTheBuild_IsRunBySystemd()
    {
        using var machine = await OpenWithBuildAsync();

        Assert.Equal(StepsUnderSystemd, await machine.BootAsync("first.deb", "next.deb", "build", Ct));
    }

    /// <summary>The release in the folder <c>RIVET_RELEASE</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Release_LivesAndLeavesNothingButData()
    {
        using var machine = await OpenWithReleaseAsync();

        var (held, left) = await machine.LiveAsync("first.deb", "next.deb", "release", Ct);

        Assert.Equal([.. StepsOfABuild[..6], "the chat is handed out, in Brotli", .. StepsOfABuild[6..]], held);
        AssertOnlyData(left);
    }

    [Fact(Explicit = true)]
    public async Task Release_IsRunBySystemd()
    {
        using var machine = await OpenWithReleaseAsync();

        Assert.Equal(StepsUnderSystemd, await machine.BootAsync("first.deb", "next.deb", "release", Ct));
    }

    private static async Task<TrialMachine> OpenWithBuildAsync()
    {
        var machine = TrialMachine.Open();
        machine.LetRuntimeIn();
        var sources = await SourceTree.FindAsync(AppContext.BaseDirectory, _ => null, Ct);
        var package = new DebianPackage
        {
            Sources = sources,
            Version = sources.Version,
            Programs = new BuiltPrograms
            {
                ServerFolder = Path.GetDirectoryName(Built.Program("Rivet.Server", BuiltPrograms.Server))!,
                ClientFolder = Path.GetDirectoryName(Built.Program("Rivet.Cli", BuiltPrograms.Client))!,
            },
            BillOfMaterials = "{}"u8.ToArray(),
            Compression = ["-Znone"],
        };
        using var tree = new TempFolder();
        await package.BuildAsync(tree["tree"], tree.Path, Ct);
        await machine.BringAsync(tree[package.FileName], Ct);
        return machine;
    }

    private static async Task<TrialMachine> OpenWithReleaseAsync()
    {
        var folder = Environment.GetEnvironmentVariable("RIVET_RELEASE");
        Assert.False(string.IsNullOrEmpty(folder), "RIVET_RELEASE names the folder of a release; ./rivet release --trial does it all.");
        Assert.Empty((await Checks.ReleaseCheck.RunAsync(folder, signers: null, Ct)).Problems);
        var machine = TrialMachine.Open();
        await machine.BringAsync(Assert.Single(Directory.EnumerateFiles(folder, "rivet_*_amd64.deb")), Ct);
        return machine;
    }

    /// <summary>Everything else that is left is what dpkg and the account programs note of themselves.</summary>
    private static void AssertOnlyData(IReadOnlyList<string> left)
    {
        Assert.Contains(left, line => line.StartsWith("left: /var/lib/rivet/rivet.db 0 ", StringComparison.Ordinal));
        Assert.Contains(left, line => line.StartsWith("left: /var/lib/rivet-keys/root.key 0 600", StringComparison.Ordinal));
        Assert.DoesNotContain(left, line => !Allowed.Any(start => line.StartsWith(start, StringComparison.Ordinal)));
    }

    private static readonly string[] Allowed =
    [
        "left: /var/lib/rivet", "left: /var/lib/rivet-keys", "left: /var/lib/dpkg/", "left: /var/log/dpkg.log",
        "left: /etc/passwd", "left: /etc/group", "left: /etc/shadow", "left: /etc/gshadow", "left: /etc/.pwd.lock", "left: /etc/subuid", "left: /etc/subgid",
    ];
}
