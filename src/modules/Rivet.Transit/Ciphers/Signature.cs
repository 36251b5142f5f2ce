using System.Buffers.Text;
using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Ciphers;

/// <summary>Signs and verifies one item: Ed25519 (RFC 8032), ECDSA (FIPS 186-5), RSA-PSS with a salt of the hash's length and PKCS #1 v1.5 (RFC 8017).</summary>
internal static class Signature
{
    public static Result<string, ApiRefusal> Sign(TransitKey key, KeyVersion version, KeyMaterial material, SignatureForm form, byte[] input, string? context)
    {
        if (key.Type == KeyType.Ed25519)
        {
            return WorkingKey.Use<string>(key, material, context, seed =>
            {
                using var signer = Ed25519Key.FromSeed(seed);
                return VaultText.Write(version.Number, Text(form, signer.Sign(input)));
            });
        }

        if (!Digest(form, input, context).TryGet(out var digest, out var why))
        {
            return why;
        }

        if (key.Type.IsEcdsa())
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(material.Secret, out _);
            return VaultText.Write(version.Number, Text(form, ecdsa.SignHash(digest, Format(form))));
        }

        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(material.Secret, out _);
        return VaultText.Write(version.Number, Text(form, rsa.SignHash(digest, form.Hash, form.Padding)));
    }

    /// <summary>Whether the signature is the key's over the input. A body that is no base64 is refused; any other that is no signature is not valid.</summary>
    public static Result<bool, ApiRefusal> Verify(TransitKey key, KeyVersion version, KeyMaterial? material, SignatureForm form, byte[] input, string body, string? context)
    {
        if (!Bytes(form, body).TryGet(out var signature, out var why))
        {
            return why;
        }

        if (key.Type == KeyType.Ed25519)
        {
            return !key.IsDerived ? Ed25519Key.Verify(Convert.FromBase64String(version.Public), input, signature)
                : WorkingKey.Use<bool>(key, material!, context, seed =>
                {
                    using var signer = Ed25519Key.FromSeed(seed);
                    return Ed25519Key.Verify(signer.PublicKey.Span, input, signature);
                });
        }

        if (!Digest(form, input, context).TryGet(out var digest, out why))
        {
            return why;
        }

        if (key.Type.IsEcdsa())
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(version.Public);
            return ecdsa.VerifyHash(digest, signature, Format(form));
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(version.Public);
        return rsa.VerifyHash(digest, signature, form.Hash, form.Padding);
    }

    private static Result<byte[], ApiRefusal> Digest(SignatureForm form, byte[] input, string? context)
        => !string.IsNullOrEmpty(context) ? ApiRefusal.ContextGiven
            : !form.IsPrehashed ? CryptographicOperations.HashData(form.Hash, input)
            : input.Length == form.HashSize ? input : ApiRefusal.Prehashed;

    private static DSASignatureFormat Format(SignatureForm form)
        => form.IsJws ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation : DSASignatureFormat.Rfc3279DerSequence;

    private static string Text(SignatureForm form, byte[] signature) => form.IsJws ? Base64Url.EncodeToString(signature) : Convert.ToBase64String(signature);

    private static Result<byte[], ApiRefusal> Bytes(SignatureForm form, string body)
    {
        if (!form.IsJws)
        {
            return Base64.Read(body);
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(body.Length)];
        return Base64Url.IsValid(body) && Base64Url.TryDecodeFromChars(body, bytes, out var length) ? bytes[..length] : ApiRefusal.Base64;
    }
}
