using System.Globalization;
using Rivet.Kernel;
using Rivet.Transit.Api;

namespace Rivet.Transit.Ciphers;

/// <summary>The form of ciphertexts, signatures and MACs: <c>vault:v</c>, the key's version, a colon, and base64 (or base64url in the jws form of signatures).</summary>
internal readonly record struct VaultText(int Version, string Body)
{
    private const string Prefix = "vault:v";
    private const int MostDigits = 9;

    public static string Write(int version, ReadOnlySpan<byte> bytes) => Write(version, Convert.ToBase64String(bytes));

    public static string Write(int version, string body) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{version}:{body}");

    /// <summary>Version 0, leading zeros and whatever is no number are refused.</summary>
    public static bool TryParse(string? text, out VaultText parsed)
    {
        parsed = default;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var colon = text.IndexOf(':', Prefix.Length);
        if (colon <= Prefix.Length || colon > Prefix.Length + MostDigits || text[Prefix.Length] == '0'
            || !int.TryParse(text.AsSpan(Prefix.Length, colon - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return false;
        }

        parsed = new(version, text[(colon + 1)..]);
        return true;
    }
}

/// <summary>Strict base64.</summary>
internal static class Base64
{
    public static Result<byte[], ApiRefusal> Read(string? text)
    {
        if (text is null)
        {
            return ApiRefusal.Field;
        }

        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return text.Length % 4 == 0 && !text.AsSpan().ContainsAny(" \t\r\n") && Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : ApiRefusal.Base64;
    }
}
