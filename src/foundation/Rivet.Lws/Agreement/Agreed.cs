using Rivet.Lws.Noise;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>What was agreed, for records, logs and people. Nothing here is secret.</summary>
public sealed record AgreedTerms
{
    /// <summary>The version chosen.</summary>
    public required uint Version { get; init; }

    /// <summary>The features both have, sorted.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Which pattern ran.</summary>
    public required LinkPattern Pattern { get; init; }

    /// <summary>The cipher of the records.</summary>
    public required LinkCipher Cipher { get; init; }

    /// <summary>What ties the link to its TLS channel.</summary>
    public required LinkBinding Binding { get; init; }

    /// <summary>The same 32 bytes at both ends and on no other link (Noise §11.2).</summary>
    public required ReadOnlyMemory<byte> HandshakeHash { get; init; }
}

/// <summary>The two directions of an agreed link; disposing forgets their keys.</summary>
public sealed class RecordPair : IDisposable
{
    internal RecordPair(TransportKeys keys, LinkPrimitives primitives)
    {
        using (keys)
        {
            Sealer = new RecordSealer(primitives.Aeads, keys.Suite, keys.CreateSending());
            Opener = new RecordOpener(primitives.Aeads, keys.Suite, keys.CreateReceiving());
        }
    }

    /// <summary>Seals what this end sends.</summary>
    public RecordSealer Sealer { get; }

    /// <summary>Opens what this end receives.</summary>
    public RecordOpener Opener { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sealer.Dispose();
        Opener.Dispose();
    }
}
