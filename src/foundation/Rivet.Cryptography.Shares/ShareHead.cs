namespace Rivet.Cryptography.Shares;

/// <summary>What every share says in clear: its first four words (SLIP-0039, "Format of the share mnemonic").</summary>
internal readonly record struct ShareHead
{
    public const int Words = 4;

    /// <summary>15 random bits, the same in the whole set.</summary>
    public required int Identifier { get; init; }

    public required bool IsExtendable { get; init; }

    public required int IterationExponent { get; init; }

    public required int GroupIndex { get; init; }

    public required int GroupThreshold { get; init; }

    public required int GroupCount { get; init; }

    public required int MemberIndex { get; init; }

    public required int MemberThreshold { get; init; }

    public static ShareHead Read(ReadOnlySpan<ushort> words)
    {
        var (first, second) = ((words[0] << 10) | words[1], (words[2] << 10) | words[3]);
        return new ShareHead
        {
            Identifier = first >> 5,
            IsExtendable = ((first >> 4) & 1) == 1,
            IterationExponent = first & 0xF,
            GroupIndex = second >> 16,
            GroupThreshold = ((second >> 12) & 0xF) + 1,
            GroupCount = ((second >> 8) & 0xF) + 1,
            MemberIndex = (second >> 4) & 0xF,
            MemberThreshold = (second & 0xF) + 1,
        };
    }

    public void Write(Span<ushort> words)
    {
        var first = (Identifier << 5) | (IsExtendable ? 0x10 : 0) | IterationExponent;
        var second = (GroupIndex << 16) | ((GroupThreshold - 1) << 12) | ((GroupCount - 1) << 8) | (MemberIndex << 4) | (MemberThreshold - 1);
        (words[0], words[1], words[2], words[3]) = ((ushort)(first >> 10), (ushort)(first & 0x3FF), (ushort)(second >> 10), (ushort)(second & 0x3FF));
    }

    /// <summary>What all shares of a set have in common.</summary>
    public bool IsOfSameSet(ShareHead other)
        => (Identifier, IsExtendable, IterationExponent, GroupThreshold, GroupCount)
            == (other.Identifier, other.IsExtendable, other.IterationExponent, other.GroupThreshold, other.GroupCount);
}
