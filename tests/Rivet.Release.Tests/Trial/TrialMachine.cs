using System.Text.RegularExpressions;
using Rivet.Testing;

namespace Rivet.Release.Tests.Trial;

/// <summary>
/// This machine as if it had no SDK: namespaces and an overlay, so that a package can be installed, run and purged for real, and nothing
/// of it reaches the machine. Several may run at once.
/// </summary>
internal sealed class TrialMachine : IDisposable
{
    private readonly TempFolder folder = new();

    private TrialMachine()
    {
        Directory.CreateDirectory(folder["packages"]);
        Directory.CreateDirectory(folder["room"]);
    }

    /// <summary>The folder that is seen there as <c>/run/trial</c>.</summary>
    public string this[string name] => folder[$"packages/{name}"];

    /// <summary>Needs root; outside CI a machine where that is not to be had skips the test.</summary>
    public static TrialMachine Open()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", "installing a package needs root");
            Assert.Fail("Installing a package needs root.");
        }

        foreach (var program in (string[])["unshare", "dpkg", "setpriv", "curl", "ip", "adduser"])
        {
            Programs.Require(program);
        }

        return new TrialMachine();
    }

    /// <summary>Lets this machine's runtime in, for programs that bring none.</summary>
    public void LetRuntimeIn()
    {
        Directory.CreateDirectory(this["dotnet/host"]);
        Directory.CreateDirectory(this["dotnet/shared"]);
    }

    /// <summary>The same package as of another version; its programs are the same.</summary>
    public async Task RepackAsync(string package, string name, string version, CancellationToken ct)
    {
        await Tool.RunAsync("dpkg-deb", ["--raw-extract", package, folder["repacked"]], ct);
        var control = folder["repacked/DEBIAN/control"];
        await File.WriteAllTextAsync(control, Regex.Replace(await File.ReadAllTextAsync(control, ct), "(?m)^Version: .*$", $"Version: {version}"), ct);
        await Tool.RunAsync("dpkg-deb", ["--root-owner-group", "-Znone", "--build", folder["repacked"], this[name]], ct);
    }

    /// <summary>Lives a package's whole life; gives the steps that held, and what was left at the end.</summary>
    public async Task<(IReadOnlyList<string> Held, IReadOnlyList<string> Left)> LiveAsync(string first, string second, string form, CancellationToken ct)
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Trial", "life.sh"), this["life.sh"]);
        var sdk = Path.GetDirectoryName(new FileInfo(Programs.Require("dotnet")).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Programs.Require("dotnet"))!;
        var end = await Tool.TryAsync(
            "unshare",
            ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc", "bash",
                Path.Combine(AppContext.BaseDirectory, "Trial", "machine.sh"), folder["room"], sdk, "bash", "/run/trial/life.sh", first, second, form],
            ct);
        TestContext.Current.TestOutputHelper?.WriteLine(end.Output + end.Error);
        Assert.True(end.ExitCode == 0, $"{end.Output}\n{end.Error}");
        var lines = end.Output.Split('\n');
        return ([.. lines.Where(line => line.StartsWith("ok: ", StringComparison.Ordinal)).Select(line => line[4..])],
            [.. lines.Where(line => line.StartsWith("left: ", StringComparison.Ordinal) || line.StartsWith("changed: ", StringComparison.Ordinal))]);
    }

    public void Dispose() => folder.Dispose();
}
