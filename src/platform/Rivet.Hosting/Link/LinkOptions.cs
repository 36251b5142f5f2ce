using System.ComponentModel.DataAnnotations;

namespace Rivet.Hosting.Link;

/// <summary>Tuning of the link. What the protocol fixes is in <see cref="Rivet.Lws.LwsConstants"/> and not tunable.</summary>
public sealed class LinkOptions
{
    /// <summary>How long a TLS handshake, and after it a sign-in, may take.</summary>
    public TimeSpan HalfOpenLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a signed-in client may be silent.</summary>
    public TimeSpan IdleLimit { get; set; } = TimeSpan.FromSeconds(180);

    /// <summary>How long one write may not move.</summary>
    public TimeSpan StallLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a closing connection may linger so that the peer reads why.</summary>
    public TimeSpan LingerLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many connections may be between TLS and sign-in at once.</summary>
    [Range(1, 100_000)]
    public int MaxHalfOpen { get; set; } = 1_000;

    /// <summary>Whether the limits by address hold: behind a proxy everybody has its address.</summary>
    public bool LimitsAddresses { get; set; } = true;

    /// <summary>How many of them may come from one address (for IPv6, one /64).</summary>
    [Range(1, 100_000)]
    public int MaxHalfOpenPerAddress { get; set; } = 250;

    /// <summary>How many handshakes an address may make at once before each costs it a puzzle.</summary>
    [Range(1, 1_000_000)]
    public int HandshakeBurst { get; set; } = 500;

    /// <summary>How many handshakes a second an address may go on making without one.</summary>
    [Range(1, 1_000_000)]
    public int HandshakesPerSecond { get; set; } = 50;

    /// <summary>Whether browsers are let in over WebSocket, where the channel is not bound.</summary>
    public bool TakesWeb { get; set; } = true;

    /// <summary>Unsent bytes of one connection from which on pushes evict it.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxUnsentPushes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Unsent bytes of one connection that evict it whatever they are.</summary>
    [Range(2 * 1024 * 1024, 1024 * 1024 * 1024)]
    public int MaxUnsent { get; set; } = 16 * 1024 * 1024;

    /// <summary>Unsent bytes of one connection from which on no further request is read.</summary>
    [Range(16 * 1024, 1024 * 1024 * 1024)]
    public int ReadPause { get; set; } = 1024 * 1024;
}
