using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rivet.Server.Doctor;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Doctor;

/// <summary><c>doctor</c> as a process of its own over real folders.</summary>
public sealed class DoctorCommandTests(StoppedServer stopped) : IClassFixture<StoppedServer>
{
    [Fact]
    public async Task RunningServer_NothingFails()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var end = await RunAsync(folder, "--port", server.Port.ToString(CultureInfo.InvariantCulture), "--json");

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        var levels = Levels(end.Output);
        Assert.Equal(Checkup.All.Select(check => check.Id), levels.Keys);
        foreach (var seen in (string[])["store.there", "data.private", "keys.private", "keys.apart", "store.sound", "store.log", "store.version",
            "certificate.lasts", "certificate.names", "port.answers", "hosts.resolve", "hosts.reach", "clock.behind"])
        {
            Assert.Equal("passing", levels[seen]);
        }

        Assert.Equal("attention", levels["backup.recent"]);
    }

    /// <summary>Port, names and the proxy's word are those the running server was started with, where nobody says otherwise.</summary>
    [Fact]
    public async Task RunningServer_ItsOwnWordsAreRead()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        server.Stop();
        server.StartAgain("--behind-proxy", "--host", "chat.example.test", "--host", "localhost");

        var levels = Levels((await RunAsync(folder, "--json")).Output);
        Assert.Equal("passing", levels["port.answers"]);
        Assert.Equal("passing", levels["hosts.reach"]);
        var running = RunningServer.Find(server.DataFolder, new Machine())!;
        Assert.Equal(server.ProcessId, running.ProcessId);
        Assert.True(running.Has("--behind-proxy"));
        Assert.Equal("chat.example.test,localhost", running.Given("--host"));
    }

    /// <summary>Names, sizes, modes and times of everything are as before.</summary>
    [Fact]
    public async Task StoppedServer_ChangesNothing()
    {
        using var folder = Ward.Copy(stopped);
        var before = Inventory(folder.Path);

        var end = await RunAsync(folder, "--json");

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        Assert.Equal("passing", Levels(end.Output)["store.sound"]);
        Assert.Equal(before, Inventory(folder.Path));
    }

    [Theory]
    [InlineData("C.UTF-8", "Others on this machine can get to the keys in")]
    [InlineData("zh_CN.UTF-8", "本机其他用户可以接触到")]
    public async Task OpenKeys_FailsWithOneAndSaysWhatToDo(string language, string sentence)
    {
        using var folder = Ward.Copy(stopped);
        File.SetUnixFileMode(folder["keys"], (UnixFileMode)0b111_101_101);

        var end = await RunAsync(folder, language);

        Assert.Equal(1, end.ExitCode);
        Assert.Contains($"✗ keys.private: {sentence}", end.Output, StringComparison.Ordinal);
        Assert.Contains($"→ chmod go= {folder["keys"]}", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyFolder_FailsAndMakesNothing()
    {
        using var folder = new TempFolder();

        var end = await RunAsync(folder, "--json");

        Assert.Equal(1, end.ExitCode);
        Assert.Equal("failing", Levels(end.Output)["store.there"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task WithoutIcu_AttentionIsSaid()
    {
        using var folder = Ward.Copy(stopped);

        Assert.Equal("attention", Levels((await RunWithAsync(folder, new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", ["DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"] = "0" }, "--json")).Output)["languages.icu"]);
        Assert.SkipUnless(Directory.EnumerateFiles("/usr/lib", "libicuuc.so.*", SearchOption.AllDirectories).Any(), "this machine has no ICU");
        Assert.Equal("passing", Levels((await RunWithAsync(folder, new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0" }, "--json")).Output)["languages.icu"]);
    }

    /// <summary>What, size, mode and time of everything below a folder.</summary>
    internal static string[] Inventory(string folder)
        => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {(File.Exists(path) ? new FileInfo(path).Length : 0)} {File.GetUnixFileMode(path)} {File.GetLastWriteTimeUtc(path):O}")];

    private static Dictionary<string, string> Levels(string output)
        => JsonDocument.Parse(output).RootElement.GetProperty("findings").EnumerateArray()
            .ToDictionary(one => one.GetProperty("id").GetString()!, one => one.GetProperty("level").GetString()!);

    private static Task<ProgramEnd> RunAsync(TempFolder folder, params string[] options)
        => options is [var language, ..] && language.Contains("UTF-8", StringComparison.Ordinal)
            ? RunWithAsync(folder, new() { ["LANG"] = language }, options[1..])
            : RunWithAsync(folder, new() { ["LANG"] = "C.UTF-8" }, options);

    private static async Task<ProgramEnd> RunWithAsync(TempFolder folder, Dictionary<string, string> environment, params string[] options)
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.Server", "Rivet.Server"), ["doctor", "--data", folder["data"], "--keys", folder["keys"], .. options])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in (string[])["LC_ALL", "LC_MESSAGES", "RIVET_HOST", "RIVET_PORT"])
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Company.Ct), process.StandardError.ReadToEndAsync(Company.Ct));
        await process.WaitForExitAsync(Company.Ct);
        return new ProgramEnd(process.ExitCode, await output, await error);
    }
}
