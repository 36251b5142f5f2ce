using System.Diagnostics.Metrics;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>What the link measures, under the meter <c>Rivet.Link</c>.</summary>
internal sealed class LinkMeters : IDisposable
{
    public const string Name = "Rivet.Link";

    private readonly Meter meter;
    private readonly UpDownCounter<long> connections;
    private readonly Counter<long> requests;
    private readonly Counter<long> refused;
    private readonly Counter<long> puzzles;
    private readonly Counter<long> evicted;

    public LinkMeters(IMeterFactory factory)
    {
        meter = factory.Create(Name);
        connections = meter.CreateUpDownCounter<long>("rivet.link.connections", "{connection}", "Signed-in connections, by what ties them to their TLS channel.");
        requests = meter.CreateCounter<long>("rivet.link.requests", "{request}", "Requests by method and outcome.");
        refused = meter.CreateCounter<long>("rivet.link.refused", "{connection}", "Connections refused before sign-in, by stage.");
        puzzles = meter.CreateCounter<long>("rivet.link.puzzles", "{puzzle}", "Puzzles given to connections under load, before the server computes for them.");
        evicted = meter.CreateCounter<long>("rivet.link.closed", "{connection}", "Connections closed by the server, by reason.");
    }

    public void Opened(LinkBinding binding) => connections.Add(1, Of(binding));

    public void Ended(LinkBinding binding) => connections.Add(-1, Of(binding));

    public void Answered(Method method, RefusalCode outcome)
    {
        if (requests.Enabled)
        {
            requests.Add(1, new("method", method.ToString()), new("outcome", outcome.ToString()));
        }
    }

    public void Refused(string stage) => refused.Add(1, new KeyValuePair<string, object?>("stage", stage));

    public void Puzzled() => puzzles.Add(1);

    public void Closed(CloseReason reason) => evicted.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> Of(LinkBinding binding) => new("binding", binding.ToString());
}
