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
