using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Cryptography.SigV4;

/// <summary>The one spelling of a request that is signed (AWS, "Create a signed AWS API request", steps 1 to 3).</summary>
internal static class Canonical
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string DateHeader = "x-amz-date";
    public const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";

    public static string StringToSign(string date, SigV4Scope scope, string request)
        => $"{Algorithm}\n{date}\n{scope}\n{HashOf(Encoding.UTF8.GetBytes(request))}";

    /// <summary>The request, with those headers whose names, in lower case and in order, are given.</summary>
    public static string Request(SigV4Request request, IReadOnlyList<string> signed)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n').Append(Path(request.Path)).Append('\n').Append(Query(request.Query)).Append('\n');
        foreach (var name in signed)
        {
            text.Append(name).Append(':').AppendJoin(',', Values(request, name).Select(Trim)).Append('\n');
        }

        return text.Append('\n').AppendJoin(';', signed).Append('\n').Append(HashOf(request.Body.Span)).ToString();
    }

    public static IEnumerable<string> Values(SigV4Request request, string name)
        => request.Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Without empty and dot segments (RFC 3986 §5.2.4), and encoded once more than it stands in the request line.</summary>
    private static string Path(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment is "..")
            {
                kept.RemoveRange(Math.Max(kept.Count - 1, 0), Math.Min(kept.Count, 1));
            }
            else if (segment is not ("" or "."))
            {
                kept.Add(Encode(Encoding.UTF8.GetBytes(segment)));
            }
        }

        return kept.Count == 0 ? "/" : $"/{string.Join('/', kept)}{(path.EndsWith('/') || path.EndsWith("/.", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal) ? "/" : "")}";
    }

    private static string Query(string query)
    {
        if (query.Length == 0)
        {
            return "";
        }

        var pairs = query.Split('&').Select(pair => pair.Split('=', 2)).Select(pair => (Name: Again(pair[0]), Value: Again(pair.ElementAtOrDefault(1) ?? "")));
        return string.Join('&', pairs.OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => $"{pair.Name}={pair.Value}"));
    }

    /// <summary>Decoded, and encoded in the one way.</summary>
    private static string Again(string encoded)
    {
        var bytes = Encoding.UTF8.GetBytes(encoded);
        var plain = new List<byte>(bytes.Length);
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == '%' && at + 2 < bytes.Length
                && byte.TryParse(bytes.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                plain.Add(value);
                at += 2;
            }
            else
            {
                plain.Add(bytes[at]);
            }
        }

        return Encode([.. plain]);
    }

    /// <summary>Letters, digits and <c>-._~</c> stand for themselves (RFC 3986 §2.3); all else in percent, in capitals.</summary>
    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var one in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                text.Append((char)one);
            }
            else
            {
                text.Append('%').Append(one.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    /// <summary>Without blanks at the ends, and one where there were several.</summary>
    private static string Trim(string value) => string.Join(' ', value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
