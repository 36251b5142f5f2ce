using System.Diagnostics;
using System.Globalization;
using Rivet.Server.Doctor;
using Rivet.Server.Startup;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Doctor;

/// <summary>Folders of a real server that was started once and stopped, to be copied and spoiled.</summary>
public sealed class StoppedServer : IDisposable
{
    private readonly TempFolder folder = new();

    public StoppedServer()
    {
        using var server = ServerProcess.Start(folder);
        Assert.Equal(0, server.Stop());
    }

    public string Path => folder.Path;

    public void Dispose() => folder.Dispose();
}

/// <summary>What the checks look at, in a test's own folders.</summary>
internal static class Ward
{
    /// <summary>A copy with owners, modes and times.</summary>
    public static TempFolder Copy(StoppedServer server)
    {
        var folder = new TempFolder();
        Run("cp", "-a", server.Path + "/.", folder.Path);
        return folder;
    }

    public static Patient Patient(TempFolder folder, string[]? hosts = null, int port = 0, RunningServer? running = null, string root = "/", string? data = null) => new()
    {
        Options = new ServerOptions { DataFolder = data ?? folder["data"], KeysFolder = folder["keys"], Port = port, Hosts = hosts ?? ["localhost"], Quota = 0, BoundOnly = false, Json = false },
        Machine = new Machine(root),
        Time = TimeProvider.System,
        Running = running,
        HostsAreGiven = hosts is not null,
    };

    public static Patient Patient(TempFolder folder, ServerProcess server, string[]? hosts = null)
        => Patient(folder, hosts, server.Port, RunningServer.Find(server.DataFolder, new Machine()));

    public static async Task<string> LookAsync(ICheck check, Patient patient)
    {
        var finding = await Checkup.LookAsync(check, patient, Company.Ct);
        return $"{finding.Level} {finding.Word}";
    }

    /// <summary>A real process that waits, started by a shell's words; it has said a line.</summary>
    public static Process Sleep(string words, params string[] before)
    {
        string[] all = [.. before, "bash", "-c", $"{words}; echo ready; exec ${{SLEEP:-sleep}} 600"];
        var process = Process.Start(new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", process.StandardOutput.ReadLine());

        // The line is said before the shell becomes the program that waits.
        var limit = Stopwatch.StartNew();
        while (File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/comm")).Trim() == "bash")
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(30), "The shell did not become the program.");
        }

        return process;
    }

    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public static void Put(TempFolder root, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root[path])!);
        File.WriteAllText(root[path], text);
    }
}
