using System.Diagnostics.CodeAnalysis;

namespace Rivet.Cryptography.SigV4;

/// <summary>The header <c>Authorization</c>, taken apart; nothing of it is believed yet.</summary>
internal sealed record SigV4Authorization
{
    private const int LongestHeader = 2048;
    private const int MostHeaders = 32;
    private const int SignatureSize = 32;

    public required string AccessKey { get; init; }

    public required SigV4Scope Scope { get; init; }

    /// <summary>In lower case, in order, each once.</summary>
    public required IReadOnlyList<string> SignedHeaders { get; init; }

    public required byte[] Signature { get; init; }

    public static bool TryParse(string header, [NotNullWhen(true)] out SigV4Authorization? parsed)
    {
        parsed = null;
        if (header.Length > LongestHeader || !header.StartsWith(Canonical.Algorithm + " ", StringComparison.Ordinal))
        {
            return false;
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in header[(Canonical.Algorithm.Length + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (field.Split('=', 2) is not [var name, var value] || !fields.TryAdd(name, value))
            {
                return false;
            }
        }

        if (fields.Count != 3 || !fields.TryGetValue("Credential", out var credential) || !fields.TryGetValue("SignedHeaders", out var names)
            || !fields.TryGetValue("Signature", out var hex) || credential.Split('/') is not [var key, var day, var region, var service, SigV4Scope.End]
            || !SigV4Credential.IsAccessKey(key) || !TryReadNames(names, out var signed) || !TryReadSignature(hex, out var signature))
        {
            return false;
        }

        parsed = new SigV4Authorization { AccessKey = key, Scope = new SigV4Scope(day, region, service), SignedHeaders = signed, Signature = signature };
        return true;
    }

    private static bool TryReadNames(string text, out string[] names)
    {
        names = text.Split(';');
        var order = names;
        return names.Length <= MostHeaders && names.All(name => name.Length > 0 && name.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one is '-' or '_'))
            && Enumerable.Range(1, names.Length - 1).All(at => string.CompareOrdinal(order[at - 1], order[at]) < 0);
    }

    private static bool TryReadSignature(string hex, out byte[] signature)
    {
        signature = hex.Length == SignatureSize * 2 && hex.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(hex) : [];
        return signature.Length == SignatureSize;
    }
}
