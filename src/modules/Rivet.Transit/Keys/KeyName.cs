namespace Rivet.Transit.Keys;

/// <summary>Names of keys and patterns over them: letters, digits, <c>_</c>, and inside also <c>.</c> and <c>-</c>; in a pattern <c>*</c> stands for any run.</summary>
internal static class KeyName
{
    public const int Longest = 128;

    public static bool IsValid(string? name)
        => name is { Length: >= 1 and <= Longest } && IsEnd(name[0]) && IsEnd(name[^1]) && name.All(letter => IsEnd(letter) || letter is '.' or '-');

    public static bool IsPattern(string? pattern)
        => pattern is { Length: >= 1 and <= Longest } && pattern.All(letter => IsEnd(letter) || letter is '.' or '-' or '*') && !pattern.Contains("**", StringComparison.Ordinal);

    /// <summary>Whether the pattern covers the name; at most length times length steps, whatever the pattern.</summary>
    public static bool Covers(string pattern, string name)
    {
        var (at, letter, star, resume) = (0, 0, -1, 0);
        while (letter < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, resume) = (at++, letter);
            }
            else if (at < pattern.Length && pattern[at] == name[letter])
            {
                at++;
                letter++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                letter = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(at).TrimStart('*').IsEmpty;
    }

    private static bool IsEnd(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
