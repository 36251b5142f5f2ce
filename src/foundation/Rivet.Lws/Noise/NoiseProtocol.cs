using System.Diagnostics.CodeAnalysis;
using Rivet.Cryptography;

namespace Rivet.Lws.Noise;

/// <summary>
/// A pattern and a cipher over X25519 and SHA-256, with ML-KEM-768 where the pattern is hybrid:
/// <c>Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256</c> (Noise revision 34 §8; hybrid forward secrecy §5).
/// </summary>
internal sealed record NoiseProtocol(HandshakePattern Pattern, AeadSuite Suite)
{
    /// <summary>The largest message, in bytes (§3).</summary>
    public const int MaxMessage = 65535;

    /// <summary>The name, from which the first handshake hash is made.</summary>
    public string Name => $"Noise_{Pattern.Name}_{Agreement(Pattern)}_{Cipher(Suite)}_SHA256";

    /// <summary>Reads a name; false for what this code does not speak.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out NoiseProtocol? protocol)
    {
        protocol = null;
        if (name.Split('_') is not ["Noise", var patternName, var agreement, var cipher, "SHA256"]
            || !HandshakePattern.TryParse(patternName, out var pattern)
            || agreement != Agreement(pattern))
        {
            return false;
        }

        var suite = cipher switch { "AESGCM" => AeadSuite.Aes256Gcm, "ChaChaPoly" => AeadSuite.ChaCha20Poly1305, _ => AeadSuite.None };
        protocol = suite == AeadSuite.None ? null : new NoiseProtocol(pattern, suite);
        return protocol is not null;
    }

    private static string Agreement(HandshakePattern pattern) => pattern.HasKem ? "25519+MLKEM768" : "25519";

    private static string Cipher(AeadSuite suite) => suite switch
    {
        AeadSuite.Aes256Gcm => "AESGCM",
        AeadSuite.ChaCha20Poly1305 => "ChaChaPoly",
        _ => throw new ArgumentOutOfRangeException(nameof(suite)),
    };
}
