using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Rivet.Hosting.Link.Connections;

/// <summary>What a connection between TLS and welcome has to do before the server computes for it.</summary>
/// <param name="IsAdmitted">Whether it is read at all.</param>
/// <param name="PuzzleBits">How hard a puzzle it has to solve; 0 for none.</param>
internal readonly record struct Admitted(bool IsAdmitted, int PuzzleBits);

/// <summary>
/// Bounds what those can cost who have not signed in: so many at once in all and from one address, and so many handshakes from one
/// address in a while, beyond which each costs its sender a puzzle (docs/protocol/lws.md §4, §5.4). Safe for concurrent use.
/// </summary>
internal sealed class Admission(LinkOptions options, TimeProvider time)
{
    private const int MaxSources = 50_000;
    private const int HasteBits = 16;

    private readonly Lock gate = new();
    private readonly Dictionary<UInt128, Source> sources = [];
    private readonly Source others = new();
    private int inside;

    /// <summary>How many addresses are remembered.</summary>
    public int Remembered
    {
        get
        {
            lock (gate)
            {
                return sources.Count;
            }
        }
    }

    /// <summary>Takes a connection in. Whoever is admitted leaves once.</summary>
    public Admitted Enter(IPAddress? from)
    {
        lock (gate)
        {
            var source = Find(from);
            if (inside >= options.MaxHalfOpen || (options.LimitsAddresses && source.Inside >= options.MaxHalfOpenPerAddress))
            {
                return default;
            }

            inside++;
            source.Inside++;
            Refill(source);
            source.Tokens--;
            return new Admitted(true, Math.Max(options.LimitsAddresses && source.Tokens < 0 ? HasteBits : 0, LoadBits()));
        }
    }

    /// <summary>A connection signed in or ended before it did.</summary>
    public void Leave(IPAddress? from)
    {
        lock (gate)
        {
            inside--;
            var source = Find(from);
            source.Inside = Math.Max(0, source.Inside - 1); // It may have come in while there was no room for its address.
        }
    }

    /// <summary>Forgets addresses that are as good as new.</summary>
    public void Sweep()
    {
        lock (gate)
        {
            foreach (var (address, source) in sources)
            {
                Refill(source);
                if (source.Inside == 0 && source.Tokens >= options.HandshakeBurst)
                {
                    sources.Remove(address);
                }
            }
        }
    }

    /// <summary>The fuller, the harder: a quarter of the places costs a client some milliseconds, three quarters a tenth of a second.</summary>
    private int LoadBits() => ((long)inside * 4 / options.MaxHalfOpen) switch
    {
        0 => 0,
        1 => 14,
        2 => 16,
        _ => 18,
    };

    private void Refill(Source source)
    {
        var now = time.GetTimestamp();
        var earned = source.Tokens is null ? options.HandshakeBurst : source.Tokens + (time.GetElapsedTime(source.At, now).TotalSeconds * options.HandshakesPerSecond);
        source.Tokens = Math.Min(options.HandshakeBurst, earned.Value);
        source.At = now;
    }

    private Source Find(IPAddress? from)
    {
        if (!options.LimitsAddresses)
        {
            return others;
        }

        var address = Key(from);
        if (sources.TryGetValue(address, out var known))
        {
            return known;
        }

        if (sources.Count >= MaxSources)
        {
            return others;
        }

        return sources[address] = new Source();
    }

    /// <summary>The IPv4 address, or the /64 that an IPv6 host may move about in.</summary>
    private static UInt128 Key(IPAddress? from)
    {
        if (from is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        from.MapToIPv6().TryWriteBytes(bytes, out _);
        var whole = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return from.AddressFamily == AddressFamily.InterNetworkV6 && !from.IsIPv4MappedToIPv6 ? whole >> 64 << 64 : whole;
    }

    private sealed class Source
    {
        public int Inside { get; set; }

        public double? Tokens { get; set; }

        public long At { get; set; }
    }
}
