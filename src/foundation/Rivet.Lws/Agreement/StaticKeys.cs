using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>How an identity key owns an X25519 static key (docs/protocol/lws.md §5.3).</summary>
public static class StaticKeys
{
    private static ReadOnlySpan<byte> Label => "rivet lws v1 static key\0"u8;

    /// <summary>The exact bytes that the identity key signs; the label keeps the signature from serving another purpose.</summary>
    public static byte[] ToSign(ReadOnlySpan<byte> staticKey) => [.. Label, .. staticKey];

    /// <summary>The public keys of one end as they are sent.</summary>
    /// <param name="identity">The Ed25519 identity key.</param>
    /// <param name="staticKey">The X25519 static key.</param>
    /// <param name="signature">The identity key's signature over <see cref="ToSign"/>.</param>
    public static KeyBundle Bundle(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> staticKey, ReadOnlySpan<byte> signature) => new()
    {
        IdentityKey = ByteString.CopyFrom(identity),
        StaticKey = ByteString.CopyFrom(staticKey),
        StaticSignature = ByteString.CopyFrom(signature),
    };
}
