using System.Globalization;

namespace Rivet.Client.Slack;

/// <summary>Where and how an archive cannot be read. What was delivered before it stays good.</summary>
/// <param name="Entry">Name of the entry inside the archive; empty when the archive itself is meant.</param>
/// <param name="Record">Index of the record in that entry, from 0; null when the whole entry is meant.</param>
/// <param name="Kind">What is wrong, for a translated sentence.</param>
/// <param name="Detail">One English sentence for the log; holds no text of messages.</param>
public sealed record SlackDamage(string Entry, int? Record, SlackDamageKind Kind, string Detail)
{
    /// <summary>Entry, record and detail in one line.</summary>
    public override string ToString() => (Entry, Record) switch
    {
        ("", _) => Detail,
        (_, null) => $"{Entry}: {Detail}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Entry}, record {Record}: {Detail}"),
    };
}

/// <summary>The ways an archive can be damaged or hostile.</summary>
public enum SlackDamageKind
{
    /// <summary>No damage.</summary>
    None = 0,

    /// <summary>Not a ZIP archive, or its end is missing: a download that broke off.</summary>
    NotAnArchive = 1,

    /// <summary>A part every export has is missing, such as users.json.</summary>
    PartMissing = 2,

    /// <summary>An entry's bytes are not what the archive says they are.</summary>
    Corrupt = 3,

    /// <summary>An entry or a record is not JSON, or its encoding is broken.</summary>
    NotJson = 4,

    /// <summary>A record's field has another type than an export gives it, or a required one is missing.</summary>
    WrongType = 5,

    /// <summary>A bound of <see cref="SlackArchiveLimits"/> is exceeded.</summary>
    TooLarge = 6,
}
