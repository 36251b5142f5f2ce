using System.Diagnostics;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>The tour checks what it shows; here it is checked that it gets to its end, and fails when it must.</summary>
public sealed class TourTests
{
    [Fact]
    public async Task Tour_SampleCompany_ShowsEverythingAndCleansUp()
    {
        using var folder = new TempFolder();

        var (exitCode, output) = await RunAsync(folder, []);

        Assert.True(exitCode == 0, output);
        Assert.Contains("imported 209 records: 196 messages, 7 joins", output, StringComparison.Ordinal);
        Assert.Contains("0 lost, 0 doubled", output, StringComparison.Ordinal);
        Assert.Contains("nothing added", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(folder.Path, "rivet-tour-*"));
    }

    [Fact]
    public async Task Tour_RealArchive_ImportsEveryRecord()
    {
        using var folder = new TempFolder();

        var (exitCode, output) = await RunAsync(folder, [Fixtures.Require("slack/ubuntu-irc-slack-export.zip")]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("imported 12,135 records: 11,639 messages, 496 joins", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tour_InChinese_SpeaksChinese()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["broken.zip"], "no archive", TestContext.Current.CancellationToken);

        var (exitCode, output) = await RunAsync(folder, [folder["broken.zip"]], language: "zh_CN.UTF-8");

        Assert.Equal(1, exitCode);
        Assert.Contains("导览失败", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tour_Interrupted_LeavesNoProcessAndNoFolder()
    {
        using var folder = new TempFolder();
        using var tour = Start(folder, [], "en_US.UTF-8");
        while (await tour.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("https://", StringComparison.Ordinal))
        {
        }

        using (var interrupt = Process.Start("kill", ["-INT", $"{tour.Id}"]))
        {
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await tour.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tour.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, tour.ExitCode);
        Assert.Empty(Directory.EnumerateDirectories(folder.Path, "rivet-tour-*"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles("/proc", "cmdline", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true }),
            file => CommandLine(file).Contains(folder.Path, StringComparison.Ordinal));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(TempFolder folder, string[] arguments, string language = "en_US.UTF-8")
    {
        using var tour = Start(folder, arguments, language);
        var output = await tour.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tour.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (tour.ExitCode, output);
    }

    private static Process Start(TempFolder folder, string[] arguments, string language)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var program = Path.Combine(Fixtures.RepositoryRoot(), "artifacts", "bin", "Rivet.Tour", configuration, "Rivet.Tour");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = folder.Path;
        start.Environment["LANG"] = language;
        start.Environment["LC_ALL"] = language;
        start.Environment.Remove("LANGUAGE");
        start.Environment["COLUMNS"] = "160";
        return Process.Start(start)!;
    }

    private static string CommandLine(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return ""; // the process ended meanwhile
        }
    }
}
