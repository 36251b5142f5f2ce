namespace Rivet.Server.Doctor.Checks;

/// <summary>Limits by address fit where connections come from: a proxy's one address shares them, many addresses need them.</summary>
internal sealed class ProxyAddresses : ICheck
{
    /// <summary>So many connections of one address, and no other, are hardly one person's.</summary>
    internal const int ManyConnections = 8;

    internal const int ManyAddresses = 3;

    public string Id => "proxy.addresses";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        if (patient.Running is null || !patient.IsPublic)
        {
            return ValueTask.FromResult(Finding.NotProven("NobodyComes"));
        }

        var visitors = patient.Machine.Visitors(patient.Options.Port);
        var addresses = visitors.Distinct().ToArray();
        return ValueTask.FromResult((patient.Options.BehindProxy, addresses.Length) switch
        {
            (false, 1) when visitors.Count >= ManyConnections => Finding.Attention("OneAddress", visitors.Count, addresses[0]),
            (true, >= ManyAddresses) => Finding.Attention("ManyAddresses", addresses.Length),
            (false, > 1) => Finding.Passing("Direct", addresses.Length),
            (true, > 0) => Finding.Passing("Proxy", addresses.Length),
            _ => Finding.NotProven("TooFew", visitors.Count),
        });
    }
}
