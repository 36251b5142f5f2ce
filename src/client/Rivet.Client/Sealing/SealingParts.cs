using Rivet.Cryptography;

namespace Rivet.Client.Sealing;

/// <summary>What sealing needs of the place where the client runs.</summary>
internal sealed record SealingParts
{
    public required IAeadFactory Aeads { get; init; }

    /// <summary>Makes what HTTPS goes through to a key server with a certificate of this pin.</summary>
    public required Func<ReadOnlyMemory<byte>, HttpMessageHandler> Handler { get; init; }
}
