using System.Globalization;
using System.Text.RegularExpressions;
using Rivet.Testing;

namespace Rivet.Release.Tests;

/// <summary>The systemd unit and the container file, as far as they can be judged without being run.</summary>
public sealed partial class UnitFileTests
{
    private static readonly string Files = Path.Combine(Fixtures.RepositoryRoot(), "release", "files");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unit_IsUnderstoodBySystemd()
    {
        // The program it names is looked for on this machine: a tree that has one stands in for an installation.
        using var root = new TempFolder();
        Directory.CreateDirectory(root["usr/lib/systemd/system"]);
        Directory.CreateDirectory(root["usr/lib/rivet/server"]);
        File.Copy("/bin/true", root["usr/lib/rivet/server/Rivet.Server"]);
        File.Copy(Path.Combine(Files, "rivet.service"), root["usr/lib/systemd/system/rivet.service"]);
        foreach (var target in (string[])["network-online", "basic", "sysinit", "shutdown", "multi-user", "system", "-"])
        {
            File.WriteAllText(root[$"usr/lib/systemd/system/{target}.{(target is "system" or "-" ? "slice" : "target")}"], "[Unit]\nDescription=x\n");
        }

        var end = await Tool.TryAsync(Programs.Require("systemd-analyze"), ["verify", "--man=no", $"--root={root.Path}", "rivet.service"], Ct);

        Assert.Equal((0, ""), (end.ExitCode, end.Error.Trim()));
    }

    [Fact]
    public async Task Unit_Exposure_IsAsStated()
    {
        var end = await Tool.TryAsync(
            Programs.Require("systemd-analyze"), ["security", "--offline=yes", "--no-pager", "--threshold=15", Path.Combine(Files, "rivet.service")], Ct);

        TestContext.Current.TestOutputHelper?.WriteLine(end.Output + end.Error);
        Assert.Equal(0, end.ExitCode);
        Assert.True(double.Parse(Exposure().Match(end.Output).Groups[1].Value, CultureInfo.InvariantCulture) <= 1.5);
    }

    [Fact]
    public void UnitAndContainer_NameTheSameFoldersAndPrograms_AsThePackage()
    {
        var unit = File.ReadAllText(Path.Combine(Files, "rivet.service"));
        var container = File.ReadAllText(Path.Combine(Files, "Containerfile"));
        var scripts = File.ReadAllText(Path.Combine(Files, "debian", "postinst"));
        var program = $"/{Layout.Installation.ServerFolder}/{Publishing.BuiltPrograms.Server}";

        Assert.Contains($"ExecStart={program}\n", unit, StringComparison.Ordinal);
        Assert.Contains($"ENTRYPOINT [\"{program}\"]", container, StringComparison.Ordinal);
        foreach (var folder in (string[])["/var/lib/rivet", "/var/lib/rivet-keys"])
        {
            Assert.Contains(folder + "\n", unit, StringComparison.Ordinal);
            Assert.Matches($"ENV .*={folder}( |\n)", container);
            Assert.Contains($"private {folder}\n", scripts, StringComparison.Ordinal);
        }

        Assert.Contains("\nUSER rivet\n", container, StringComparison.Ordinal);
        Assert.Contains("rivet_${VERSION}_amd64.deb", container, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"exposure level[^:]*: ([0-9.]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Exposure();
}
