using System.Diagnostics.Metrics;

namespace Rivet.Audit.Exporting;

/// <summary>The meter <c>Rivet.Audit</c>: no company, name or host in it.</summary>
internal sealed class ExportMeters : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> sent;
    private readonly Counter<long> stopped;

    public ExportMeters(IMeterFactory factory)
    {
        meter = factory.Create("Rivet.Audit");
        sent = meter.CreateCounter<long>("rivet.audit.export.sent", description: "Events that receivers took");
        stopped = meter.CreateCounter<long>("rivet.audit.export.stopped", description: "Batches that were not taken, by the step at which they stopped");
    }

    public void Ended(ExportKind kind, ExportStep step, int events)
    {
        if (step is ExportStep.Sent)
        {
            sent.Add(events, Tag("kind", kind));
        }
        else
        {
            stopped.Add(1, Tag("kind", kind), Tag("step", step));
        }
    }

    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> Tag<T>(string name, T value)
        where T : struct, Enum => new(name, value.ToString().ToLowerInvariant());
}
