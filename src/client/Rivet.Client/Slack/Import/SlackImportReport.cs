using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>
/// What an import did. Every record of the archive is counted once:
/// <see cref="Records"/> = <see cref="Messages"/> + <see cref="Joins"/> + <see cref="Leaves"/> + <see cref="Notices"/>
/// + <see cref="Changes"/> + <see cref="Deletions"/> + all of <see cref="Skipped"/>.
/// </summary>
public sealed record SlackImportReport
{
    /// <summary>Records of day files that the server has now, or that were skipped for a reason.</summary>
    public int Records => Messages + Joins + Leaves + Notices + Changes + Deletions + Skipped.Values.Sum();

    /// <summary>Messages, replies among them.</summary>
    public required int Messages { get; init; }

    /// <summary>People coming into a channel.</summary>
    public required int Joins { get; init; }

    /// <summary>People leaving a channel.</summary>
    public required int Leaves { get; init; }

    /// <summary>Topics, purposes and names that were set.</summary>
    public required int Notices { get; init; }

    /// <summary>Records that say how a message was changed.</summary>
    public required int Changes { get; init; }

    /// <summary>Records that say that a message was deleted.</summary>
    public required int Deletions { get; init; }

    /// <summary>Records that were not imported, by reason: not-a-message, thread-marker, empty, already-in-text, message-unknown.</summary>
    public required IReadOnlyDictionary<string, int> Skipped { get; init; }

    /// <summary>Of the messages: those that answer in a thread.</summary>
    public required int Replies { get; init; }

    /// <summary>Of the replies: those whose thread the archive lacks; they stand in the channel.</summary>
    public required int RepliesWithoutThread { get; init; }

    /// <summary>Of the messages: those whose text was changed at some time.</summary>
    public required int Edited { get; init; }

    /// <summary>Reactions with the person who gave them.</summary>
    public required int Reactions { get; init; }

    /// <summary>Reactions the archive counts without naming a person; they cannot be imported.</summary>
    public required int ReactionsWithoutPerson { get; init; }

    /// <summary>Files imported with their bytes.</summary>
    public required int Files { get; init; }

    /// <summary>Files named in the history whose bytes are not in the archive, were deleted or are too large.</summary>
    public required int FilesMissing { get; init; }

    /// <summary>People of the archive, bots and guests of shared channels among them.</summary>
    public required int People { get; init; }

    /// <summary>Of the people: those the server did not have.</summary>
    public required int PeopleAdded { get; init; }

    /// <summary>Channels, groups and direct messages.</summary>
    public required int Channels { get; init; }

    /// <summary>Of the channels: those the server did not have.</summary>
    public required int ChannelsAdded { get; init; }

    /// <summary>Entries the server stored in this run.</summary>
    public required long EntriesAdded { get; init; }

    /// <summary>Entries the server had from an earlier run.</summary>
    public required long EntriesExisted { get; init; }
}

/// <summary>Why an import stopped, and what the server has so far. Importing the same archive again continues.</summary>
/// <param name="Damage">The archive is damaged there; null if it is not.</param>
/// <param name="Refusal">The server said no, or the link was lost; null if not.</param>
/// <param name="SoFar">What is stored; nothing of it is half done.</param>
public sealed record SlackImportFailure(SlackDamage? Damage, Refusal? Refusal, SlackImportReport SoFar);

/// <summary>How far an import is.</summary>
/// <param name="Bytes">Of the day files, stored.</param>
/// <param name="TotalBytes">Of the day files.</param>
/// <param name="Records">Stored or skipped.</param>
/// <param name="Channel">Title of the channel at work; empty while people are imported.</param>
public readonly record struct SlackImportProgress(long Bytes, long TotalBytes, int Records, string Channel);
