using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rivet.Server.Doctor;
using Rivet.Server.Doctor.Checks;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Doctor;

/// <summary>What the machine gets wrong: real processes where a test may make them, else files as the kernel and systemd write them.</summary>
public sealed class MachineCheckTests
{
    private const string DataFolder = "/var/lib/rivet";

    [Theory]
    [InlineData(600, "Failing Few")]
    [InlineData(2000, "Attention Some")]
    [InlineData(4096, "Passing Many")]
    public async Task OpenFiles_OfARealProcess(int limit, string expected)
    {
        using var folder = new TempFolder();
        using var process = Ward.Sleep($"ulimit -n {limit}");
        try
        {
            Assert.Equal(expected, await Ward.LookAsync(new OpenFiles(), Ward.Patient(folder, running: new RunningServer(process.Id, []))));
        }
        finally
        {
            process.Kill();
        }

        Assert.Equal("NotProven NotRunning", await Ward.LookAsync(new OpenFiles(), Ward.Patient(folder)));
    }

    /// <summary>A program that its user may not read is not dumpable, as the server makes itself.</summary>
    [Fact]
    public async Task CoreDumps_OfRealProcesses()
    {
        using var folder = new TempFolder();
        using (var limited = Ward.Sleep("ulimit -c 0"))
        {
            Assert.Equal("Passing Limited", await LookAndKillAsync(limited));
        }

        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root starts processes as another user");
        string[] nobody = [Programs.Require("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups"];
        using (var dumpable = Ward.Sleep("ulimit -c unlimited", nobody))
        {
            Assert.Equal("Failing Dumpable", await LookAndKillAsync(dumpable));
        }

        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_001_001);
        File.Copy("/bin/sleep", folder["hidden"]);
        File.SetUnixFileMode(folder["hidden"], (UnixFileMode)0b111_001_001);
        using (var hidden = Ward.Sleep($"ulimit -c unlimited; SLEEP={folder["hidden"]}", nobody))
        {
            Assert.Equal("Passing NotDumpable", await LookAndKillAsync(hidden));
        }

        async Task<string> LookAndKillAsync(Process process)
        {
            try
            {
                return await Ward.LookAsync(new CoreDumps(), Ward.Patient(folder, running: new RunningServer(process.Id, [])));
            }
            finally
            {
                process.Kill();
            }
        }
    }

    [Theory]
    [InlineData("", "Passing None")]
    [InlineData("/dev/sda2                               partition\t2097148\t\t0\t\t-2\n", "Attention Open")]
    [InlineData("/swapfile                               file\t\t2097148\t\t0\t\t-2\n", "Attention Open")]
    [InlineData("/dev/dm-1                               partition\t2097148\t\t0\t\t-2\n", "Passing Sealed")]
    [InlineData("/dev/dm-2                               partition\t2097148\t\t0\t\t-2\n", "Attention Open")]
    [InlineData("/dev/zram0                              partition\t2097148\t\t0\t\t100\n", "Passing Sealed")]
    public async Task SwapSealed_AsTheKernelTellsIt(string areas, string expected)
    {
        using var root = new TempFolder();
        Ward.Put(root, "proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" + areas);
        Ward.Put(root, "sys/block/dm-1/dm/uuid", "CRYPT-PLAIN-swap\n");
        Ward.Put(root, "sys/block/dm-2/dm/uuid", "LVM-abcdef\n");

        Assert.Equal(expected, await Ward.LookAsync(new SwapSealed(), Ward.Patient(root, root: root.Path)));
    }

    [Fact]
    public async Task SwapSealed_KernelThatSaysNothing_IsNotProven()
    {
        using var root = new TempFolder();

        Assert.Equal("NotProven NotSeen", await Ward.LookAsync(new SwapSealed(), Ward.Patient(root, root: root.Path)));
    }

    [Fact]
    public async Task ClockSynchronised_ByTheKernelsWord()
    {
        using var folder = new TempFolder();
        var patient = Ward.Patient(folder);

        Assert.InRange(KernelClock.Read() ?? -1, 0, ClockSynchronised.Error); // the real kernel answers
        Assert.Equal("Passing Kept", await Ward.LookAsync(new ClockSynchronised(() => 0), patient));
        Assert.Equal("Attention Drifts", await Ward.LookAsync(new ClockSynchronised(() => ClockSynchronised.Error), patient));
        Assert.Equal("NotProven NotSeen", await Ward.LookAsync(new ClockSynchronised(() => null), patient));
    }

    [Fact]
    public async Task HostsResolve_NowhereSilentAndFound()
    {
        using var folder = new TempFolder();
        var patient = Ward.Patient(folder, hosts: ["localhost"]);

        Assert.Equal("Passing Found", await Ward.LookAsync(new HostsResolve(Dns.GetHostAddressesAsync), patient));
        Assert.DoesNotContain("Passing", await Ward.LookAsync(new HostsResolve(Dns.GetHostAddressesAsync), Ward.Patient(folder, hosts: ["no-such-name.invalid"])), StringComparison.Ordinal);
        Assert.Equal("Failing Nowhere", await Ward.LookAsync(Refusing(SocketError.HostNotFound), patient));
        Assert.Equal("NotProven Silent", await Ward.LookAsync(Refusing(SocketError.TryAgain), patient));

        static HostsResolve Refusing(SocketError error) => new((_, _) => Task.FromException<IPAddress[]>(new SocketException((int)error)));
    }

    /// <summary>The unit that packages install, without and with what an administrator does to it.</summary>
    [Fact]
    public async Task Unit_NoneDisabledStoppedOutsideAndEnabled()
    {
        using var root = new TempFolder();
        Patient Look(RunningServer? running = null, string data = DataFolder) => Ward.Patient(root, running: running, root: root.Path, data: data);
        var check = new UnitEnabled();
        Assert.Equal("NotProven None", await Ward.LookAsync(check, Look()));

        Ward.Put(root, "usr/lib/systemd/system/rivet.service", File.ReadAllText(Unit));
        Assert.Equal("NotProven OtherFolder", await Ward.LookAsync(check, Look(data: "/srv/else")));
        Assert.Equal("Attention Disabled", await Ward.LookAsync(check, Look()));

        Directory.CreateDirectory(root["etc/systemd/system/multi-user.target.wants"]);
        File.CreateSymbolicLink(root["etc/systemd/system/multi-user.target.wants/rivet.service"], "/usr/lib/systemd/system/rivet.service");
        Assert.Equal("Attention Stopped", await Ward.LookAsync(check, Look()));

        Ward.Put(root, "proc/41/cgroup", "0::/user.slice/user-0.slice/session-1.scope\n");
        Assert.Equal("Attention Outside", await Ward.LookAsync(check, Look(new RunningServer(41, []))));
        Ward.Put(root, "proc/42/cgroup", "0::/system.slice/rivet.service\n");
        Assert.Equal("Passing Enabled", await Ward.LookAsync(check, Look(new RunningServer(42, []))));
    }

    [Fact]
    public async Task Announcement_OfTheUnit_JournalOrReadable_IsFound()
    {
        using var root = new TempFolder();
        var patient = Ward.Patient(root, root: root.Path, data: DataFolder);
        var check = new AnnouncementPlace();
        Ward.Put(root, "usr/lib/systemd/system/rivet.service", File.ReadAllText(Unit));
        Assert.Equal("NotProven NoFile", await Ward.LookAsync(check, patient));

        Ward.Put(root, "var/lib/rivet-keys/announcement", "code");
        File.SetUnixFileMode(root.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(root["var/lib/rivet-keys/announcement"], (UnixFileMode)0b110_100_100);
        Assert.Equal("Failing Open", await Ward.LookAsync(check, patient));

        File.SetUnixFileMode(root["var/lib/rivet-keys"], (UnixFileMode)0b111_000_000); // what the unit makes
        Assert.Equal("Passing Private", await Ward.LookAsync(check, patient));

        Ward.Put(root, "etc/systemd/system/rivet.service.d/override.conf", "[Service]\nStandardOutput=journal\n");
        Assert.Equal("Attention Journal", await Ward.LookAsync(check, patient));
    }

    private static string Unit => Path.Combine(Fixtures.RepositoryRoot(), "release", "files", "rivet.service");
}
