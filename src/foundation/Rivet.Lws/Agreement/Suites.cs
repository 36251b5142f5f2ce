using Rivet.Cryptography;
using Rivet.Lws.Noise;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>The Noise protocols that a prefix may name.</summary>
internal static class Suites
{
    /// <summary>Null when a number is none of ours.</summary>
    public static NoiseProtocol? Find(LinkPattern pattern, LinkCipher cipher)
        => PatternOf(pattern) is { } found && SuiteOf(cipher) is var suite and not AeadSuite.None ? new NoiseProtocol(found, suite) : null;

    public static LinkCipher CipherOf(AeadSuite suite) => suite switch
    {
        AeadSuite.Aes256Gcm => LinkCipher.Aes256Gcm,
        AeadSuite.ChaCha20Poly1305 => LinkCipher.Chacha20Poly1305,
        _ => throw new ArgumentOutOfRangeException(nameof(suite)),
    };

    private static AeadSuite SuiteOf(LinkCipher cipher) => cipher switch
    {
        LinkCipher.Aes256Gcm => AeadSuite.Aes256Gcm,
        LinkCipher.Chacha20Poly1305 => AeadSuite.ChaCha20Poly1305,
        _ => AeadSuite.None,
    };

    private static HandshakePattern? PatternOf(LinkPattern pattern) => pattern switch
    {
        LinkPattern.KnownServer => HandshakePattern.KnownServer,
        LinkPattern.FirstContact => HandshakePattern.FirstContact,
        LinkPattern.Resumption => HandshakePattern.Resumption,
        _ => null,
    };
}
