namespace Rivet.Server.Doctor.Checks;

/// <summary>The certificate that browsers are shown has days left.</summary>
internal sealed class CertificateLasts : ICheck
{
    private const double Soon = 14;

    public string Id => "certificate.lasts";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        if (patient.Certificates().Served is not { } served)
        {
            return ValueTask.FromResult(Finding.NotProven("NeverServed"));
        }

        var left = served.DaysLeft(patient.Time.GetUtcNow());
        object[] values = [served.NotAfter, Math.Floor(Math.Abs(left))];
        return ValueTask.FromResult(left <= 0 ? Finding.Failing("Ended", values) : left < Soon ? Finding.Attention("Soon", values) : Finding.Passing("Lasts", values));
    }
}
