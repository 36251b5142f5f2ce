using System.Net;
using System.Net.Sockets;

namespace Rivet.Server.Doctor.Checks;

/// <summary>The names people use lead somewhere.</summary>
/// <param name="resolve">Gives a name's addresses.</param>
internal sealed class HostsResolve(Func<string, CancellationToken, Task<IPAddress[]>> resolve) : ICheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Id => "hosts.resolve";

    public async ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var found = new List<string>();
        foreach (var host in patient.Hosts)
        {
            try
            {
                var addresses = await resolve(host, ct).WaitAsync(Patience, patient.Time, ct);
                found.Add($"{host} = {string.Join(' ', addresses.Select(address => address.ToString()).Distinct())}");
            }
            catch (SocketException nowhere) when (nowhere.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
            {
                return Finding.Failing("Nowhere", host);
            }
            catch (Exception silent) when (silent is SocketException or TimeoutException)
            {
                return Finding.NotProven("Silent", host);
            }
        }

        return Finding.Passing("Found", string.Join(", ", found));
    }
}
