using System.Globalization;
using Rivet.Certificates;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Server.Certificates;

/// <summary>Records in the security log that another certificate is served, or that a renewal was refused.</summary>
internal sealed class CertificateAudit(IStore store, TimeProvider time) : ICertificateObserver
{
    public static readonly EventKind Replaced = new("certificate.replaced", OcsfType.EntityUpdated, EventSeverity.Low, "source", "sha256", "notAfter");
    public static readonly EventKind RenewalRefused = new(
        "certificate.renewal-refused", OcsfType.EntityUpdated, EventSeverity.Medium, "source", "sha256", "notAfter", "reason", "detail");

    private const int MaxDetail = 256;

    public async ValueTask ChangedAsync(CertificateChange change, CancellationToken ct)
    {
        var served = change.Served;
        var details = new Dictionary<string, string>
        {
            ["source"] = served.Source.ToString().ToLowerInvariant(),
            ["sha256"] = served.Fingerprint,
            ["notAfter"] = served.NotAfter.ToString("u", CultureInfo.InvariantCulture),
        };
        if (change.Refusal is { } refusal)
        {
            details["reason"] = refusal.Reason;
            details["detail"] = refusal.Detail.Length > MaxDetail ? refusal.Detail[..MaxDetail] : refusal.Detail;
        }

        var id = EntityId.New<Rivet.Kernel.EventId>(time);
        var happened = new SecurityEvent
        {
            Id = id,
            At = time.GetUtcNow(),
            Kind = change.Refusal is null ? Replaced : RenewalRefused,
            Actor = Subject.OfSystem(default),
            Target = new("certificate", id.Value, default),
            Outcome = change.Refusal is null ? EventOutcome.Success : EventOutcome.Failure,
            Details = details,
        };
        await store.WriteAsync(
            transaction =>
            {
                transaction.Record(happened);
                return true;
            },
            ct);
    }
}
