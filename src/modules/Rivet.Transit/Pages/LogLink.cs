using System.Text.RegularExpressions;

namespace Rivet.Transit.Pages;

/// <summary>Addresses of searches in the security log.</summary>
internal static partial class LogLink
{
    /// <summary>
    /// What an application did. Its calls are events about keys, and a detail has its name; the log searches details for words as they stand, but reads
    /// <c>x:y</c> as a condition and any white space as one space: the longest part of the name without these is searched for.
    /// </summary>
    public static string ToCallsOf(string application)
        => To($"target:transit-key {NoWords().Split(application).MaxBy(part => part.Length)!.Trim()}".TrimEnd());

    /// <summary>What was done with a key.</summary>
    public static string ToKey(Guid key) => To($"target:transit-key/{key:N}");

    private static string To(string query) => $"/log?q={Uri.EscapeDataString(query)}";

    [GeneratedRegex(@":|\s{2,}|[^\S ]", RegexOptions.CultureInvariant)]
    private static partial Regex NoWords();
}
