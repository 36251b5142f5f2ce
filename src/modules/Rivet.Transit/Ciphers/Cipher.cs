using System.Security.Cryptography;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Ciphers;

/// <summary>Encrypts and decrypts one item under one version: the AEADs, and RSA-OAEP with SHA-256 (RFC 8017 §7.1).</summary>
internal static class Cipher
{
    private static readonly RSAEncryptionPadding Oaep = RSAEncryptionPadding.OaepSHA256;

    public static Result<string, ApiRefusal> Encrypt(TransitKey key, KeyVersion version, KeyMaterial material, ReadOnlyMemory<byte> plaintext, string? context, string? associated)
    {
        if (!Associated(key, associated).TryGet(out var data, out var why))
        {
            return why;
        }

        return key.Type.IsRsa()
            ? EncryptRsa(version, plaintext.Span, context)
            : WorkingKey.Use<string>(key, material, context, secret => VaultText.Write(version.Number, Aead.Seal(key.Type, secret, plaintext.Span, data)));
    }

    public static Result<byte[], ApiRefusal> Decrypt(TransitKey key, KeyMaterial material, string body, string? context, string? associated)
    {
        if (!Associated(key, associated).TryGet(out var data, out var why) || !Base64.Read(body).TryGet(out var bytes, out why))
        {
            return why;
        }

        return key.Type.IsRsa()
            ? DecryptRsa(material, bytes, context)
            : WorkingKey.Use<byte[]>(key, material, context, secret => Aead.Open(key.Type, secret, bytes, data) is { } plaintext ? plaintext : ApiRefusal.Forged);
    }

    private static Result<byte[], ApiRefusal> Associated(TransitKey key, string? given)
        => string.IsNullOrEmpty(given) ? Array.Empty<byte>()
            : key.Type.IsAead() && Base64.Read(given).TryGet(out var data, out _) ? data : ApiRefusal.AssociatedData;

    private static Result<string, ApiRefusal> EncryptRsa(KeyVersion version, ReadOnlySpan<byte> plaintext, string? context)
    {
        if (!string.IsNullOrEmpty(context))
        {
            return ApiRefusal.ContextGiven;
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(version.Public);
        return plaintext.Length <= (rsa.KeySize / 8) - 66 ? VaultText.Write(version.Number, rsa.Encrypt(plaintext, Oaep)) : ApiRefusal.TooLong;
    }

    private static Result<byte[], ApiRefusal> DecryptRsa(KeyMaterial material, byte[] bytes, string? context)
    {
        if (!string.IsNullOrEmpty(context))
        {
            return ApiRefusal.ContextGiven;
        }

        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(material.Secret, out _);
        try
        {
            return rsa.Decrypt(bytes, Oaep);
        }
        catch (CryptographicException)
        {
            return ApiRefusal.Forged;
        }
    }
}
