using System.Net;

namespace Rivet.Server.Doctor.Checks;

/// <summary>Where a name for others is wanted, the server listens for others.</summary>
internal sealed class HostsReach : ICheck
{
    public string Id => "hosts.reach";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var (hosts, port) = (patient.Hosts, patient.Options.Port);
        var listeners = patient.Running is null ? [] : patient.Machine.Listeners(port);
        return ValueTask.FromResult((listeners, patient.IsPublic) switch
        {
            ([], _) => Finding.NotProven("NotSeen", port),
            (_, false) => Finding.Passing("Local", port),
            _ when listeners.All(IPAddress.IsLoopback) => Finding.Failing("LoopbackOnly", hosts[0], port),
            _ => Finding.Passing("Reachable", hosts[0], port),
        });
    }
}
