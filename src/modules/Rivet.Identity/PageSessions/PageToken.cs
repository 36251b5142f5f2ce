using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Rivet.Identity;

/// <summary>
/// The 256 random bits that a browser holds as its cookie, or that open a page once. A secret: the store keeps only
/// its SHA-256.
/// </summary>
public sealed class PageToken
{
    private const int Size = 32;
    private readonly byte[] secret;

    private PageToken(byte[] secret) => this.secret = secret;

    /// <summary>Never the token.</summary>
    public override string ToString() => "[redacted]";

    internal static PageToken Create() => new(RandomNumberGenerator.GetBytes(Size));

    internal static bool TryParse(string? text, [NotNullWhen(true)] out PageToken? token)
    {
        token = null;
        var secret = new byte[Size];
        if (text is null || text.Length > 64 || !Base64Url.IsValid(text, out var length) || length != Size
            || !Base64Url.TryDecodeFromChars(text, secret, out var written) || written != Size)
        {
            return false;
        }

        token = new PageToken(secret);
        return true;
    }

    internal string Reveal() => Base64Url.EncodeToString(secret);

    internal byte[] Hash() => SHA256.HashData(secret);
}
