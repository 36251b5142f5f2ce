namespace Rivet.Cryptography.Shares;

/// <summary>
/// The last three words of a share: a Reed-Solomon code over GF(1024) that finds any three wrong words (SLIP-0039, "Checksum").
/// </summary>
internal static class Rs1024
{
    public const int Words = 3;

    private static readonly uint[] Generator =
        [0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009, 0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120];

    public static bool Holds(ReadOnlySpan<ushort> words, bool isExtendable) => Run(words, isExtendable) == 1;

    /// <summary>Fills the last three words.</summary>
    public static void Write(Span<ushort> words, bool isExtendable)
    {
        words[^Words..].Clear();
        var sum = Run(words, isExtendable) ^ 1;
        for (var word = 0; word < Words; word++)
        {
            words[words.Length - Words + word] = (ushort)((sum >> (10 * (Words - 1 - word))) & 0x3FF);
        }
    }

    /// <summary>
    /// The place of the one word which, if it alone is wrong, explains a checksum that does not hold; −1 when more are wrong. The
    /// code could also tell which word was meant; the standard advises against saying so.
    /// </summary>
    public static int FindSingleError(ReadOnlySpan<ushort> words, bool isExtendable)
    {
        Span<ushort> tried = new ushort[words.Length];
        words.CopyTo(tried);
        for (var place = 0; place < tried.Length; place++)
        {
            for (var word = 0; word < WordList.Count; word++)
            {
                tried[place] = (ushort)word;

                // The kind of the set stands in the second word: another one there may mean another kind.
                if (Holds(tried, place == 1 ? ShareHead.Read(tried).IsExtendable : isExtendable))
                {
                    tried.Clear();
                    return place;
                }
            }

            tried[place] = words[place];
        }

        tried.Clear();
        return -1;
    }

    private static uint Run(ReadOnlySpan<ushort> words, bool isExtendable)
    {
        var sum = 1u;
        foreach (var letter in isExtendable ? "shamir_extendable"u8 : "shamir"u8)
        {
            sum = Step(sum, letter);
        }

        foreach (var word in words)
        {
            sum = Step(sum, word);
        }

        return sum;
    }

    private static uint Step(uint sum, uint value)
    {
        var top = sum >> 20;
        sum = ((sum & 0xFFFFF) << 10) ^ value;
        for (var bit = 0; bit < Generator.Length; bit++)
        {
            sum ^= Generator[bit] & (0u - ((top >> bit) & 1));
        }

        return sum;
    }
}
