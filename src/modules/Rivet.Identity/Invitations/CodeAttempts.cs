using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Rivet.Identity.Invitations;

/// <summary>
/// Counts refused codes by address and overall. An attempt takes a place before the code is looked at and gives it
/// back when the code was good, so attempts in parallel cannot pass the limit together.
/// </summary>
internal sealed class CodeAttempts(IOptions<IdentityOptions> options, TimeProvider time)
{
    private const int MaxAddresses = 10_000;
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, Window> windows = [];
    private readonly Window overall = new();

    /// <summary>Takes a place; false when there is none.</summary>
    public bool TryBegin(IPAddress? remote)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            var window = WindowOf(remote, now);
            if (window.CountAt(now, options.Value.AttemptWindow) >= options.Value.AttemptsPerAddress
                || overall.CountAt(now, options.Value.AttemptWindow) >= options.Value.AttemptsOverall)
            {
                return false;
            }

            window.Count++;
            overall.Count++;
            return true;
        }
    }

    /// <summary>Gives the place back: the code was good, or nothing was decided.</summary>
    public void GiveBack(IPAddress? remote)
    {
        lock (gate)
        {
            var window = WindowOf(remote, time.GetUtcNow());
            window.Count = Math.Max(0, window.Count - 1);
            overall.Count = Math.Max(0, overall.Count - 1);
        }
    }

    private Window WindowOf(IPAddress? remote, DateTimeOffset now)
    {
        var source = SourceOf(remote);
        if (!windows.TryGetValue(source, out var window))
        {
            if (windows.Count >= MaxAddresses)
            {
                Prune(now);
            }

            // With too many addresses at once the newcomers share one window.
            source = windows.Count >= MaxAddresses ? IPAddress.None : source;
            if (!windows.TryGetValue(source, out window))
            {
                window = new Window();
                windows.Add(source, window);
            }
        }

        return window;
    }

    private void Prune(DateTimeOffset now)
    {
        foreach (var (address, window) in windows)
        {
            if (window.CountAt(now, options.Value.AttemptWindow) == 0)
            {
                windows.Remove(address);
            }
        }
    }

    /// <summary>One source: an IPv4 address, or the /64 that an IPv6 host usually owns whole.</summary>
    private static IPAddress SourceOf(IPAddress? remote)
    {
        if (remote is null)
        {
            return IPAddress.None;
        }

        if (remote.IsIPv4MappedToIPv6)
        {
            return remote.MapToIPv4();
        }

        if (remote.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return remote;
        }

        var bytes = remote.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private sealed class Window
    {
        private DateTimeOffset began;

        public int Count { get; set; }

        public int CountAt(DateTimeOffset now, TimeSpan length)
        {
            if (now - began >= length)
            {
                began = now;
                Count = 0;
            }

            return Count;
        }
    }
}
