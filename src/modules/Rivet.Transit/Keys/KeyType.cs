using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Rivet.Transit.Keys;

/// <summary>The types of keys; the numbers are stored.</summary>
internal enum KeyType
{
    Aes256Gcm96 = 1,
    ChaCha20Poly1305 = 2,
    Ed25519 = 3,
    EcdsaP256 = 4,
    EcdsaP384 = 5,
    Rsa2048 = 6,
    Rsa3072 = 7,
    Rsa4096 = 8,
    Hmac = 9,
}

/// <summary>What a type can do, and its name in requests.</summary>
internal static class KeyTypes
{
    private static readonly FrozenDictionary<string, KeyType> ByName = new Dictionary<string, KeyType>
    {
        ["aes256-gcm96"] = KeyType.Aes256Gcm96,
        ["chacha20-poly1305"] = KeyType.ChaCha20Poly1305,
        ["ed25519"] = KeyType.Ed25519,
        ["ecdsa-p256"] = KeyType.EcdsaP256,
        ["ecdsa-p384"] = KeyType.EcdsaP384,
        ["rsa-2048"] = KeyType.Rsa2048,
        ["rsa-3072"] = KeyType.Rsa3072,
        ["rsa-4096"] = KeyType.Rsa4096,
        ["hmac"] = KeyType.Hmac,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<KeyType, string> Names = ByName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static bool TryParse(string name, out KeyType type) => ByName.TryGetValue(name, out type);

    public static string Name(this KeyType type) => Names[type];

    /// <summary>Encrypts with a random nonce, so its encryptions are counted.</summary>
    public static bool IsAead(this KeyType type) => type is KeyType.Aes256Gcm96 or KeyType.ChaCha20Poly1305;

    public static bool IsRsa(this KeyType type) => type is KeyType.Rsa2048 or KeyType.Rsa3072 or KeyType.Rsa4096;

    public static bool IsEcdsa(this KeyType type) => type is KeyType.EcdsaP256 or KeyType.EcdsaP384;

    public static bool Encrypts(this KeyType type) => type.IsAead() || type.IsRsa();

    public static bool Signs(this KeyType type) => type == KeyType.Ed25519 || type.IsEcdsa() || type.IsRsa();

    public static bool Derives(this KeyType type) => type.IsAead() || type == KeyType.Ed25519;

    public static int RsaBits(this KeyType type) => type switch
    {
        KeyType.Rsa2048 => 2048,
        KeyType.Rsa3072 => 3072,
        KeyType.Rsa4096 => 4096,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static ECCurve Curve(this KeyType type) => type switch
    {
        KeyType.EcdsaP256 => ECCurve.NamedCurves.nistP256,
        KeyType.EcdsaP384 => ECCurve.NamedCurves.nistP384,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
