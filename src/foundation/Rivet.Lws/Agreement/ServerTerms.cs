using Rivet.Cryptography;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>A ticket as a server finds it.</summary>
/// <param name="Device">The keys of the device it was given to.</param>
/// <param name="Secret">32 bytes.</param>
public sealed record ServerTicket(KeyBundle Device, ReadOnlyMemory<byte> Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => "[redacted]";
}

/// <summary>What a server brings to a handshake.</summary>
public sealed record ServerTerms
{
    /// <summary>The server's public keys.</summary>
    public required KeyBundle Keys { get; init; }

    /// <summary>The server's static key; stays the caller's.</summary>
    public required IKeyAgreement Static { get; init; }

    /// <summary>What this end can compute for the TLS connection; null where a proxy of the house ends TLS before it.</summary>
    public required ChannelBindings? Bindings { get; init; }

    /// <summary>Whether an end that cannot bind the channel (the web profile) is taken on this connection.</summary>
    public bool TakesUnbound { get; init; }

    /// <summary>Finds an unused ticket by its id, without using it up; null when there is none.</summary>
    public Func<ReadOnlyMemory<byte>, ServerTicket?> FindTicket { get; init; } = _ => null;

    /// <summary>The versions this end speaks.</summary>
    public IReadOnlyList<uint> Versions { get; init; } = [LwsConstants.Version];

    /// <summary>The features this end has, sorted.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
}
