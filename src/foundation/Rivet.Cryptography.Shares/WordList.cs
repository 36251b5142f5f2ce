namespace Rivet.Cryptography.Shares;

/// <summary>The standard's 1,024 words, in order; any four first letters name one.</summary>
internal static class WordList
{
    public const int Count = 1024;

    private static readonly string[] Words = Load();

    public static string Of(int number) => Words[number];

    /// <summary>The number of a word, whatever its case; −1 for what is none.</summary>
    public static int Find(ReadOnlySpan<char> word)
    {
        var (low, high) = (0, Words.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (word.CompareTo(Words[middle], StringComparison.OrdinalIgnoreCase))
            {
                case 0:
                    return middle;
                case < 0:
                    high = middle - 1;
                    break;
                default:
                    low = middle + 1;
                    break;
            }
        }

        return -1;
    }

    private static string[] Load()
    {
        using var reader = new StreamReader(typeof(WordList).Assembly.GetManifestResourceStream("wordlist.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
