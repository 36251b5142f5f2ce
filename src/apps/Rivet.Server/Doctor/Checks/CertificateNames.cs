using Rivet.Server.Certificates;

namespace Rivet.Server.Doctor.Checks;

/// <summary>The certificate is for every name people use.</summary>
internal sealed class CertificateNames : ICheck
{
    public string Id => "certificate.names";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        if (patient.Certificates().Served is not { } served)
        {
            return ValueTask.FromResult(Finding.NotProven("NeverServed"));
        }

        var names = string.Join(", ", served.Names);
        return ValueTask.FromResult(patient.Hosts.FirstOrDefault(host => !served.Names.Any(name => CertificateReport.Covers(name, host))) is { } host
            ? Finding.Failing("Other", host, names)
            : Finding.Passing("Same", names));
    }
}
