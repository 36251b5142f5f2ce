using System.Net;
using System.Net.Sockets;

namespace Rivet.Transit.Applications;

/// <summary>Refused tokens of the running minute, by source (an IPv4 address, or an IPv6 /64) and in all. Forgotten whole at the minute's end, so that it stays small.</summary>
internal sealed class FailureWindows(TimeProvider time)
{
    private const int MostSources = 10_000;
    private const int RecordedPerMinute = 120;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> bySource = [];
    private DateTimeOffset began;
    private int recorded;
    private int dropped;

    /// <summary>Counts a failure; false when its source has no more for this minute. Sources beyond the bound share one place.</summary>
    public bool TryTake(IPAddress? remote, int most)
    {
        lock (gate)
        {
            Turn();
            var source = SourceOf(remote);
            if (!bySource.ContainsKey(source) && bySource.Count >= MostSources)
            {
                source = IPAddress.None;
            }

            var count = bySource.GetValueOrDefault(source);
            if (count >= most)
            {
                return false;
            }

            bySource[source] = count + 1;
            return true;
        }
    }

    /// <summary>Whether one more may be recorded; says how many of the minute before were not.</summary>
    public bool TryRecord(out int droppedBefore)
    {
        lock (gate)
        {
            droppedBefore = dropped;
            dropped = 0;
            return ++recorded <= RecordedPerMinute;
        }
    }

    private void Turn()
    {
        var now = time.GetUtcNow();
        if (now - began >= Minute || now < began)
        {
            dropped = Math.Max(0, recorded - RecordedPerMinute);
            began = now;
            recorded = 0;
            bySource.Clear();
        }
    }

    private static IPAddress SourceOf(IPAddress? remote)
    {
        if (remote is null || remote.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return remote ?? IPAddress.None;
        }

        if (remote.IsIPv4MappedToIPv6)
        {
            return remote.MapToIPv4();
        }

        var prefix = remote.GetAddressBytes();
        prefix.AsSpan(8).Clear();
        return new IPAddress(prefix);
    }
}
