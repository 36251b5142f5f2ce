using System.Security.Cryptography;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Ciphers;

/// <summary>
/// The key that one item is worked on with: the version's own, or one derived from it by a context (HKDF-SHA-256 without salt, the context as info, 32
/// bytes: RFC 5869).
/// </summary>
internal static class WorkingKey
{
    private const int LongestContext = 4096;

    /// <summary>Lets the work see the key. A key that derives needs a context; another must have none.</summary>
    public static Result<T, ApiRefusal> Use<T>(TransitKey key, KeyMaterial material, string? context, Func<ReadOnlySpan<byte>, Result<T, ApiRefusal>> work)
    {
        if (!key.IsDerived)
        {
            return string.IsNullOrEmpty(context) ? work(material.Secret) : ApiRefusal.ContextGiven;
        }

        if (string.IsNullOrEmpty(context) || !Base64.Read(context).TryGet(out var info, out _) || info.Length is 0 or > LongestContext)
        {
            return ApiRefusal.ContextMissing;
        }

        Span<byte> derived = stackalloc byte[KeyMaterial.SymmetricSize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material.Secret, derived, salt: default, info);
        try
        {
            return work(derived);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }
}
