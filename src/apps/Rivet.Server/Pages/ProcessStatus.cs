using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Localization;
using Rivet.Hosting.Status;

namespace Rivet.Server.Pages;

/// <summary>The server process on the status page: version, age, memory and processor, the last two with their trend.</summary>
internal sealed class ProcessStatus(IStringLocalizer<StatusText> texts, TimeProvider time) : IStatusSource, IHostedService, IDisposable
{
    private const int Kept = 90;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);
    private readonly Lock gate = new();
    private readonly Queue<double> memory = new();
    private readonly Queue<double> processor = new();
    private readonly long started = time.GetTimestamp();
    private ITimer? timer;
    private TimeSpan spent;
    private long sampled;

    public int Order => 10;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        (spent, sampled) = (process.TotalProcessorTime, time.GetTimestamp());
        timer = time.CreateTimer(_ => Sample(), null, Beat, Beat);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public void Dispose() => timer?.Dispose();

    public ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        using var process = Process.GetCurrentProcess();
        lock (gate)
        {
            return ValueTask.FromResult(new StatusSection(texts["Server"],
            [
                new StatusLine(texts["Running"], Age(time.GetElapsedTime(started)), StatusLevel.Passing),
                new StatusLine(texts["Version"], Version, StatusLevel.Plain),
                new StatusLine(texts["Memory"], texts["Megabytes", process.WorkingSet64 / 1048576d], StatusLevel.Plain) { Trend = [.. memory] },
                new StatusLine(texts["Processor"], texts["Percent", processor.Count == 0 ? 0 : processor.Last()], StatusLevel.Plain) { Trend = [.. processor] },
            ]));
        }
    }

    private void Sample()
    {
        using var process = Process.GetCurrentProcess();
        lock (gate)
        {
            var elapsed = time.GetElapsedTime(sampled);
            Keep(processor, 100 * (process.TotalProcessorTime - spent) / (elapsed * Environment.ProcessorCount));
            Keep(memory, process.WorkingSet64);
            (spent, sampled) = (process.TotalProcessorTime, time.GetTimestamp());
        }
    }

    private static void Keep(Queue<double> values, double value)
    {
        values.Enqueue(value);
        if (values.Count > Kept)
        {
            values.Dequeue();
        }
    }

    private string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => texts["UpSeconds", (int)age.TotalSeconds],
        { TotalHours: < 1 } => texts["UpMinutes", age.Minutes, age.Seconds],
        { TotalDays: < 1 } => texts["UpHours", age.Hours, age.Minutes],
        _ => texts["UpDays", (int)age.TotalDays, age.Hours],
    };

    private static string Version { get; } =
        typeof(ProcessStatus).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [var version, ..]
            ? version
            : "0";
}
