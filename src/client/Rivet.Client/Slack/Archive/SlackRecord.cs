namespace Rivet.Client.Slack;

/// <summary>A person of the workspace, or a bot.</summary>
internal sealed record SlackPerson(string Id, string Handle, string Name);

/// <summary>A channel, private channel, group message or direct message.</summary>
/// <param name="Id">Slack's id; "folder:NAME" for day files whose channel no list names.</param>
/// <param name="Title">Its name; for direct and group messages, who takes part is its title.</param>
/// <param name="Members">Ids of people.</param>
/// <param name="IsDirect">Whether it has no name of its own.</param>
/// <param name="Days">Names of its day entries, in order.</param>
internal sealed record SlackChannel(
    string Id, string Title, IReadOnlyList<string> Members, bool IsDirect, IReadOnlyList<string> Days);

/// <summary>What a record of a day file is.</summary>
internal enum SlackRecordKind
{
    Message,
    Join,
    Leave,
    Topic,
    Purpose,
    Renamed,
    Changed,
    Deleted,
    Skipped,
}

/// <summary>One record of a day file.</summary>
internal sealed record SlackRecord
{
    public required string Entry { get; init; }

    public required int Index { get; init; }

    public required SlackRecordKind Kind { get; init; }

    /// <summary>How much of the entry it takes, for a progress bar.</summary>
    public int Bytes { get; init; }

    public SlackTime Time { get; init; }

    /// <summary>Who wrote it: a user id, "bot:ID" or "name:NAME"; null where the record does not say.</summary>
    public string? Author { get; init; }

    /// <summary>What the record itself calls its author, for those the list of people lacks.</summary>
    public string? AuthorName { get; init; }

    public string Text { get; init; } = "";

    public bool Emote { get; init; }

    public SlackTime? Thread { get; init; }

    public SlackTime? Edited { get; init; }

    /// <summary>Of a change or deletion: the message it is about.</summary>
    public SlackTime? Target { get; init; }

    /// <summary>Of a change or deletion: that message as it was.</summary>
    public SlackRecord? Before { get; init; }

    public IReadOnlyList<SlackReaction> Reactions { get; init; } = [];

    public IReadOnlyList<SlackFile> Files { get; init; } = [];

    /// <summary>Why a record is not imported.</summary>
    public string? SkipReason { get; init; }
}

/// <summary>An emoji and who gave it; <paramref name="Count"/> may exceed the people the export names.</summary>
internal sealed record SlackReaction(string Name, IReadOnlyList<string> Users, long Count);

/// <summary>A file of a message; its bytes are in the archive or not.</summary>
internal sealed record SlackFile(string Id, string Name, string MediaType, long Size, SlackFileState State);

internal enum SlackFileState
{
    Present,
    Deleted,
}
