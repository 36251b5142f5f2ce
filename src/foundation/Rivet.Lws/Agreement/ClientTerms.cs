using Rivet.Cryptography;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>A ticket as a client keeps it.</summary>
/// <param name="Id">16 bytes, in clear on the wire.</param>
/// <param name="Secret">32 bytes; used once.</param>
public sealed record ClientTicket(ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => "[redacted]";
}

/// <summary>What a client brings to a handshake.</summary>
public sealed record ClientTerms
{
    /// <summary>The identity key the server must prove: the invitation's.</summary>
    public required ReadOnlyMemory<byte> ServerIdentity { get; init; }

    /// <summary>The server's static key from an earlier first contact; empty when there was none.</summary>
    public ReadOnlyMemory<byte> ServerStatic { get; init; }

    /// <summary>An unused ticket of this server; null for none. Goes before <see cref="ServerStatic"/>.</summary>
    public ClientTicket? Ticket { get; init; }

    /// <summary>The highest version this server ever offered; 0 for none.</summary>
    public uint HighestVersion { get; init; }

    /// <summary>The device's static key; stays the caller's.</summary>
    public required IKeyAgreement Static { get; init; }

    /// <summary>The device's keys and what it wants.</summary>
    public required DeviceStatement Statement { get; init; }

    /// <summary>What this end can compute for its TLS connection; null where it sees none of it (the web profile).</summary>
    public required ChannelBindings? Bindings { get; init; }

    /// <summary>The cipher to use.</summary>
    public AeadSuite Suite { get; init; } = AeadSuite.Aes256Gcm;

    /// <summary>The versions this end speaks, best first.</summary>
    public IReadOnlyList<uint> Versions { get; init; } = [LwsConstants.Version];

    /// <summary>The features this end has, sorted.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    internal LinkPattern Pattern => Ticket is not null ? LinkPattern.Resumption
        : ServerStatic.IsEmpty ? LinkPattern.FirstContact
        : LinkPattern.KnownServer;
}
