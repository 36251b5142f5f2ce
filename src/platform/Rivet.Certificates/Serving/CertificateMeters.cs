using System.Diagnostics.Metrics;

namespace Rivet.Certificates.Serving;

/// <summary>The meter <c>Rivet.Certificates</c>.</summary>
internal sealed class CertificateMeters : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> renewals;

    public CertificateMeters(IMeterFactory factory, ServedCertificates served)
    {
        meter = factory.Create("Rivet.Certificates");
        renewals = meter.CreateCounter<long>("rivet.certificate.renewals", description: "Renewals by their outcome");
        meter.CreateObservableGauge(
            "rivet.certificate.days_left",
            () =>
            {
                var now = served.Now;
                return new Measurement<double>(now.DaysLeft(served.Time.GetUtcNow()), new KeyValuePair<string, object?>("source", Word(now.Source)));
            },
            "d",
            "Days until the served certificate ends; negative when it has");
    }

    public void Renewed(bool done) => renewals.Add(1, new KeyValuePair<string, object?>("outcome", done ? "done" : "failed"));

    public void Dispose() => meter.Dispose();

    public static string Word(Folder.CertificateSourceKind source) => source switch
    {
        Folder.CertificateSourceKind.Acme => "acme",
        Folder.CertificateSourceKind.Imported => "imported",
        _ => "own",
    };
}
