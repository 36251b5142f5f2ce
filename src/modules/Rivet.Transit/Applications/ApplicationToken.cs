using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Transit.Applications;

/// <summary>Tokens: 32 random bytes after a prefix by which scanners of source code know them. The store holds their hashes.</summary>
internal static class ApplicationToken
{
    private const string Prefix = "rivet-app-";
    private const int Size = 32;
    private const int Longest = 128;

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));

    /// <summary>SHA-256 of a token; null for what can be none.</summary>
    public static byte[]? TryHash(string given)
        => given.Length <= Longest && given.StartsWith(Prefix, StringComparison.Ordinal) ? Hash(given) : null;

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
