namespace Rivet.Cryptography.Shares;

/// <summary>Why words are no share, or shares give no secret.</summary>
public enum ShareFault
{
    /// <summary>Fewer than 20 words, or a number of words that no secret gives.</summary>
    WordCount = 1,

    /// <summary>A word that is not in the list.</summary>
    UnknownWord = 2,

    /// <summary>The checksum does not hold: one of the named words was misread.</summary>
    Checksum = 3,

    /// <summary>The checksum holds, but no set has such a share.</summary>
    Impossible = 4,

    /// <summary>The share belongs to another set.</summary>
    OtherSet = 5,

    /// <summary>This share was given already.</summary>
    Duplicate = 6,

    /// <summary>More shares are needed.</summary>
    TooFew = 7,

    /// <summary>The shares look like one set and are not: what they give does not have the digest they carry.</summary>
    Digest = 8,
}

/// <summary>A refusal; it holds no word of a share.</summary>
/// <param name="Fault">Why.</param>
public sealed record ShareRefusal(ShareFault Fault)
{
    /// <summary>The first word concerned, from 1; 0 where it is not about words.</summary>
    public int FirstWord { get; init; }

    /// <summary>The last word concerned; the same as the first where it is known which.</summary>
    public int LastWord { get; init; }

    /// <summary>How many shares are missing, at least.</summary>
    public int Missing { get; init; }
}
