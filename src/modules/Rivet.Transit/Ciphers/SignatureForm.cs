using System.Security.Cryptography;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Ciphers;

/// <summary>How a signature is made and written, as the request says. It was read for one type of key and holds nothing that the type has not.</summary>
internal sealed class SignatureForm
{
    private SignatureForm()
    {
    }

    public HashAlgorithmName Hash { get; private init; }

    public bool IsPrehashed { get; private init; }

    /// <summary>Of ECDSA: r and s side by side, and base64url, as JWS wants them (RFC 7515); else ASN.1 DER.</summary>
    public bool IsJws { get; private init; }

    public RSASignaturePadding Padding { get; private init; } = RSASignaturePadding.Pss;

    public int HashSize { get; private init; }

    public static Result<SignatureForm, ApiRefusal> Read(KeyType type, Fields body, string? hashInPath)
    {
        var hash = hashInPath ?? body.Text("hash_algorithm") ?? body.Text("algorithm") ?? Hashes.Usual;
        if (!Hashes.TryFind(hash, out var algorithm, out var size))
        {
            return ApiRefusal.HashUnknown;
        }

        var marshaling = body.Text("marshaling_algorithm") ?? "asn1";
        var padding = body.Text("signature_algorithm") ?? "pss";
        var salt = body.Text("salt_length") ?? "auto";
        if (marshaling is not ("asn1" or "jws") || padding is not ("pss" or "pkcs1v15")
            || (salt is not ("auto" or "hash") && salt != size.ToString(System.Globalization.CultureInfo.InvariantCulture)))
        {
            return ApiRefusal.SignatureForm;
        }

        return body.Flag("prehashed") && type == KeyType.Ed25519 ? ApiRefusal.Prehashed : new SignatureForm
        {
            Hash = algorithm,
            HashSize = size,
            IsPrehashed = body.Flag("prehashed"),
            IsJws = marshaling == "jws",
            Padding = padding == "pss" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1,
        };
    }
}
