namespace Rivet.Server.Doctor;

/// <summary>How a check ended.</summary>
internal enum FindingLevel
{
    /// <summary>Seen, and right.</summary>
    Passing,

    /// <summary>Works, and may be meant; worth a look.</summary>
    Attention,

    /// <summary>Wrong: it loses data, opens a door, or keeps people out.</summary>
    Failing,

    /// <summary>Could not be seen from here.</summary>
    NotProven,
}

/// <summary>What a check found: a level and a text of its own, whose key is the check's id and this word.</summary>
/// <param name="Level">How it ended.</param>
/// <param name="Word">The text's word: <c>ID.WORD</c> says what, <c>ID.WORD.do</c> what to do.</param>
/// <param name="Values">What the texts name.</param>
internal sealed record Finding(FindingLevel Level, string Word, params object[] Values)
{
    public static Finding Passing(string word, params object[] values) => new(FindingLevel.Passing, word, values);

    public static Finding Attention(string word, params object[] values) => new(FindingLevel.Attention, word, values);

    public static Finding Failing(string word, params object[] values) => new(FindingLevel.Failing, word, values);

    public static Finding NotProven(string word, params object[] values) => new(FindingLevel.NotProven, word, values);
}

/// <summary>One question about a server and its machine. It changes nothing.</summary>
internal interface ICheck
{
    /// <summary>Its name for scripts; never changed after a release.</summary>
    string Id { get; }

    /// <summary>Looks. What the machine does not let it see may be thrown as an I/O or access error: it becomes "not proven".</summary>
    ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct);
}
