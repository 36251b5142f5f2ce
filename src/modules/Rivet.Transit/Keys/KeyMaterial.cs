using System.Buffers.Binary;
using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Transit.Keys;

/// <summary>
/// The secret of one version, in clear for the length of one call: the key (32 bytes; PKCS #8 for ECDSA and RSA; the seed for Ed25519), and the key of its
/// MACs, which is another. Zeroed when it is disposed.
/// </summary>
internal sealed class KeyMaterial : IDisposable
{
    public const int SymmetricSize = 32;
    private const byte Format = 1;
    private const int Head = 3;
    private readonly byte[] secret;
    private readonly byte[] mac;

    private KeyMaterial(KeyType type, byte[] secret, byte[] mac, string publicKey)
    {
        Type = type;
        this.secret = secret;
        this.mac = mac;
        Public = publicKey;
    }

    public KeyType Type { get; }

    /// <summary>As <see cref="KeyVersion.Public"/>; known only when the material was just made.</summary>
    public string Public { get; }

    public ReadOnlySpan<byte> Secret => secret;

    /// <summary>The key of MACs; a key of type <c>hmac</c> is nothing else.</summary>
    public ReadOnlySpan<byte> Mac => Type == KeyType.Hmac ? secret : mac;

    public static KeyMaterial Make(KeyType type, int hmacSize)
    {
        switch (type)
        {
            case KeyType.Ed25519:
                return Of(type, RandomNumberGenerator.GetBytes(Ed25519Key.SeedSize));
            case KeyType.EcdsaP256 or KeyType.EcdsaP384:
                using (var key = ECDsa.Create(type.Curve()))
                {
                    return Of(type, key.ExportPkcs8PrivateKey());
                }

            case KeyType.Rsa2048 or KeyType.Rsa3072 or KeyType.Rsa4096:
                using (var key = RSA.Create(type.RsaBits()))
                {
                    return Of(type, key.ExportPkcs8PrivateKey());
                }

            default:
                return Of(type, RandomNumberGenerator.GetBytes(type == KeyType.Hmac ? hmacSize : SymmetricSize));
        }
    }

    /// <summary>Takes a key that was made elsewhere; null when it is no key of the type. The bytes are the material's own from now on.</summary>
    public static KeyMaterial? Import(KeyType type, byte[] given)
    {
        try
        {
            switch (type)
            {
                case KeyType.Aes256Gcm96 or KeyType.ChaCha20Poly1305:
                    return given.Length == SymmetricSize ? Of(type, given) : null;
                case KeyType.Hmac:
                    return given.Length is >= SymmetricSize and <= 512 ? Of(type, given) : null;
                case KeyType.Ed25519:
                    return Ed25519Seed.Read(given) is { } seed ? Of(type, seed) : null;
                case KeyType.EcdsaP256 or KeyType.EcdsaP384:
                    using (var key = ECDsa.Create())
                    {
                        key.ImportPkcs8PrivateKey(given, out var read);
                        return read == given.Length && IsCurve(key.ExportParameters(false).Curve, type) ? Of(type, given) : null;
                    }

                default:
                    using (var key = RSA.Create())
                    {
                        key.ImportPkcs8PrivateKey(given, out var read);
                        return read == given.Length && key.KeySize == type.RsaBits() && key.ExportParameters(false).Exponent is [1, 0, 1] ? Of(type, given) : null;
                    }
            }
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>What is sealed; the caller zeroes it.</summary>
    public byte[] Export()
    {
        var bytes = new byte[Head + secret.Length + mac.Length];
        bytes[0] = Format;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), checked((ushort)secret.Length));
        secret.CopyTo(bytes, Head);
        mac.CopyTo(bytes, Head + secret.Length);
        return bytes;
    }

    /// <summary>Reads back what <see cref="Export"/> wrote; null for anything else.</summary>
    public static KeyMaterial? Read(KeyType type, ReadOnlySpan<byte> bytes)
        => bytes.Length > Head + SymmetricSize && bytes[0] == Format && BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]) is var length
            && bytes.Length == Head + length + SymmetricSize
                ? new(type, bytes.Slice(Head, length).ToArray(), bytes[(Head + length)..].ToArray(), string.Empty)
                : null;

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(mac);
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";

    private static KeyMaterial Of(KeyType type, byte[] secret) => new(type, secret, RandomNumberGenerator.GetBytes(SymmetricSize), PublicOf(type, secret));

    private static string PublicOf(KeyType type, byte[] secret)
    {
        switch (type)
        {
            case KeyType.Ed25519:
                using (var key = Ed25519Key.FromSeed(secret))
                {
                    return Convert.ToBase64String(key.PublicKey.Span);
                }

            case KeyType.EcdsaP256 or KeyType.EcdsaP384:
                using (var key = ECDsa.Create())
                {
                    key.ImportPkcs8PrivateKey(secret, out _);
                    return key.ExportSubjectPublicKeyInfoPem();
                }

            case KeyType.Rsa2048 or KeyType.Rsa3072 or KeyType.Rsa4096:
                using (var key = RSA.Create())
                {
                    key.ImportPkcs8PrivateKey(secret, out _);
                    return key.ExportSubjectPublicKeyInfoPem();
                }

            default:
                return string.Empty;
        }
    }

    private static bool IsCurve(ECCurve curve, KeyType type) => curve.IsNamed && curve.Oid.Value == type.Curve().Oid.Value;
}
