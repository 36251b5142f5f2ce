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

    /// <summary>Brings the package there as <c>first.deb</c>, and as <c>next.deb</c> one of a later version with the same programs.</summary>
    public async Task BringAsync(string package, CancellationToken ct)
    {
        File.Copy(package, this["first.deb"]);
        await Tool.RunAsync("dpkg-deb", ["--raw-extract", package, folder["repacked"]], ct);
        var control = folder["repacked/DEBIAN/control"];
        await File.WriteAllTextAsync(control, Regex.Replace(await File.ReadAllTextAsync(control, ct), "(?m)^Version: .*$", "Version: 1000.0.0"), ct);
        await Tool.RunAsync("dpkg-deb", ["--root-owner-group", "-Znone", "--build", folder["repacked"], this["next.deb"]], ct);
    }

    /// <summary>Lives a package's whole life; gives the steps that held, and what was left at the end.</summary>
    public async Task<(IReadOnlyList<string> Held, IReadOnlyList<string> Left)> LiveAsync(string first, string second, string form, CancellationToken ct)
    {
        File.Copy(Script("life.sh"), this["life.sh"]);
        var end = await Tool.TryAsync("unshare", [.. Apart, "bash", Script("machine.sh"), folder["room"], Sdk, "bash", "/run/trial/life.sh", first, second, form], ct);
        TestContext.Current.TestOutputHelper?.WriteLine(end.Output + end.Error);
        Assert.True(end.ExitCode == 0, $"{end.Output}\n{end.Error}");
        return (Held(end.Output), [.. end.Output.Split('\n').Where(line => line.StartsWith("left: ", StringComparison.Ordinal) || line.StartsWith("changed: ", StringComparison.Ordinal))]);
    }

    /// <summary>Boots systemd over the installed package; gives the steps that held.</summary>
    public async Task<IReadOnlyList<string>> BootAsync(string first, string second, string form, CancellationToken ct)
    {
        File.Copy(Script("under-systemd.sh"), this["under-systemd.sh"]);
        var group = Directory.CreateDirectory(Path.Combine(OwnGroup(), $"rivet-trial-{Guid.NewGuid():N}")).FullName;
        try
        {
            // The shell enters the group before it becomes unshare: what systemd does to its groups stays below.
            var end = await Tool.TryAsync(
                "bash",
                ["-c", "echo $$ >\"$0/cgroup.procs\"; exec timeout --signal=KILL 300 unshare \"$@\"", group, .. Apart, "--cgroup", "bash", Script("boot.sh"), folder["room"], Sdk, first, second, form],
                ct);
            var said = File.Exists(this["said"]) ? await File.ReadAllTextAsync(this["said"], ct) : "";
            TestContext.Current.TestOutputHelper?.WriteLine(said + end.Output + end.Error);
            Assert.DoesNotContain("FAILED", said, StringComparison.Ordinal);
            Assert.True(said.Length > 0, $"systemd did not start: {end.Output}\n{end.Error}");
            return Held(said);
        }
        finally
        {
            foreach (var inner in Directory.EnumerateDirectories(group, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(group))
            {
                Directory.Delete(inner);
            }
        }
    }

    public void Dispose() => folder.Dispose();

    private static IReadOnlyList<string> Apart { get; } = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];

    /// <summary>The folder of the SDK, which is hidden there.</summary>
    private static string Sdk { get; } = Path.GetDirectoryName(
        new FileInfo(Programs.Require("dotnet")).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Programs.Require("dotnet"))!;

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Trial", name);

    private static IReadOnlyList<string> Held(string output)
        => [.. output.Split('\n').Where(line => line.StartsWith("ok: ", StringComparison.Ordinal)).Select(line => line[4..])];

    /// <summary>The control group (version 2) that this process is in.</summary>
    private static string OwnGroup()
    {
        var mount = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(mount => mount[2] == "cgroup2")?[1];
        var own = File.ReadLines("/proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..];
        Assert.True(mount is not null && own is not null, "This machine has no control groups of version 2, without which systemd does not run.");
        return mount + own;
    }
}
