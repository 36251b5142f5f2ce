using System.Diagnostics;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>A real file system without room, as opposed to the quota.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task Disk_ReallyFull_LosesNothingAcknowledged()
    {
        using var folder = new TempFolder();
        var disk = folder["disk"];
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "rivet-test", disk),
            "mounting a small tmpfs needs root");
        try
        {
            await using (var full = await StoreHost.StartAsync(Path.Combine(disk, "data")))
            {
                await full.ExecuteAsync("CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB)");
                await StoreTests.FillAsync(full);
            }

            // Full as it is, it opens again and reads.
            await using var again = await StoreHost.StartAsync(Path.Combine(disk, "data"));
            Assert.NotEmpty(await again.NumbersAsync("SELECT number FROM item"));
        }
        finally
        {
            await RunAsync("umount", disk);
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync(CancellationToken.None);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
