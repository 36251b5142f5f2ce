using System.Diagnostics;
using System.Globalization;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

public sealed class SizeTests
{
    /// <summary>The promise of a million entries of some 300 bytes; asked for by name, since it writes as much.</summary>
    [Fact(Explicit = true)]
    public async Task Verify_MillionEntries_TakesFarBelowTenSeconds()
    {
        using var temp = new TempFolder();
        using var log = new TestLog();
        for (var number = 0; number < 1_000_000; number++)
        {
            log.Entries.Add(Long(number));
        }

        await log.WriteAsync(temp["log"], TestLog.Begin.AddMilliseconds(1_000_000));
        log.Entries.Clear();
        var start = new ProcessStartInfo(Built.Program("Rivet.Verify", "Rivet.Verify"), ["log", temp["log"], "--key", log.Key.ToString(), "--witness", log.Witness.ToString()]);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            process.Refresh();
            peak = Math.Max(peak, process.HasExited ? 0 : process.WorkingSet64);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F2} s, {peak >> 20} MiB"));
        Assert.Equal(0, process.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
        Assert.InRange(peak, 1, 400L << 20);
    }

    private static byte[] Long(int number)
    {
        Assert.True(LogEntry.TryRead(TestLog.Entry(number, TestLog.Begin.AddMilliseconds(number)), out var entry));
        var hidden = new byte[230];
        new Random(number).NextBytes(hidden);
        return (entry with { Sealed = hidden }).ToBytes();
    }
}
