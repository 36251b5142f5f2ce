using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>What a line of a timeline is.</summary>
public enum TimelineKind
{
    /// <summary>Somebody's post.</summary>
    Post = 1,

    /// <summary>Somebody joined.</summary>
    Joined,

    /// <summary>Somebody left or was taken out.</summary>
    Left,

    /// <summary>The conversation was given a title.</summary>
    Titled,

    /// <summary>Entries the company's retention destroyed: one line for all that follow one another.</summary>
    Expired,

    /// <summary>An entry this program cannot read: of a newer kind, or malformed.</summary>
    Unreadable,
}

/// <summary>A line of a timeline, as it stands after everything that was done to it.</summary>
public sealed class TimelineItem
{
    private readonly List<(string Emoji, List<PersonId> People)> reactions = [];

    internal TimelineItem(Entry entry, TimelineKind kind)
    {
        Sequence = entry.Sequence;
        Kind = kind;
        OwnTime = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(entry.OwnTimeMs, 0, 253_402_300_799_999));
        Author = EntityId.TryRead<PersonId>(entry.AuthorPersonId.Span, out var author) ? author : null;
        Imported = entry.AuthorDeviceId.IsEmpty && entry.ClientMessageId.IsEmpty && kind is TimelineKind.Post;
    }

    /// <summary>Its place in the log.</summary>
    public ulong Sequence { get; }

    /// <summary>What it is.</summary>
    public TimelineKind Kind { get; }

    /// <summary>When its author wrote it: for imported history its own time.</summary>
    public DateTimeOffset OwnTime { get; }

    /// <summary>Who wrote it; null when the entry does not say.</summary>
    public PersonId? Author { get; }

    /// <summary>Whether it came with an imported history.</summary>
    public bool Imported { get; }

    /// <summary>The text as last edited; a title for <see cref="TimelineKind.Titled"/>; empty for a recalled or opaque post.</summary>
    public string Text { get; internal set; } = "";

    /// <summary>Whether the body is encrypted by the client itself in a way this program does not open.</summary>
    public bool Opaque { get; internal set; }

    /// <summary>How it stands with the company's own cipher; <see cref="SealState.None"/> for what is not sealed by it.</summary>
    public SealState Seal { get; internal set; }

    /// <summary>The sealed bodies that the line is made of: of the post, and of its last edit.</summary>
    internal List<(Entry Entry, Content Content)> SealedBy { get; } = [];

    /// <summary>Whether more than one entry was destroyed here; see <see cref="TimelineKind.Expired"/>.</summary>
    public bool Several { get; internal set; }

    /// <summary>A /me message.</summary>
    public bool Emote { get; internal set; }

    /// <summary>Whether the text was changed after it was sent.</summary>
    public bool Edited { get; internal set; }

    /// <summary>Whether its author took it back.</summary>
    public bool Recalled { get; internal set; }

    /// <summary>The sequence of the post this answers; 0 for none.</summary>
    public ulong Thread { get; internal set; }

    /// <summary>How many posts answer this one.</summary>
    public int Replies { get; internal set; }

    /// <summary>The person who joined or left; null for other kinds.</summary>
    public PersonId? Subject { get; internal set; }

    /// <summary>Who is mentioned where in the text.</summary>
    public IReadOnlyList<Mention> Mentions { get; internal set; } = [];

    /// <summary>Attached files.</summary>
    public IReadOnlyList<Attachment> Attachments { get; internal set; } = [];

    /// <summary>Reactions in the order of their first use, with who gave them.</summary>
    public IReadOnlyList<(string Emoji, IReadOnlyList<PersonId> People)> Reactions
        => [.. reactions.Select(reaction => (reaction.Emoji, (IReadOnlyList<PersonId>)reaction.People))];

    /// <summary>What was sealed is shown, or is not any more.</summary>
    /// <param name="state">How it stands.</param>
    /// <param name="body">What it says; null while it is closed.</param>
    /// <param name="isPost">Whether it is the post's own: an edit leaves what is attached.</param>
    internal void Show(SealState state, SealedBody? body, bool isPost)
    {
        Seal = state;
        Opaque = body is null;
        Text = body?.Text ?? "";
        Mentions = body?.Mentions ?? [];
        if (isPost)
        {
            Attachments = body is null ? [] : [.. body.Files.Select(file => new Attachment { FileId = file.FileId, Name = file.Name, MediaType = file.MediaType, Size = file.Size })];
        }
    }

    internal void React(string emoji, PersonId person, bool removed)
    {
        var at = reactions.FindIndex(reaction => reaction.Emoji == emoji);
        if (removed)
        {
            if (at >= 0 && reactions[at].People.Remove(person) && reactions[at].People.Count == 0)
            {
                reactions.RemoveAt(at);
            }

            return;
        }

        if (at < 0)
        {
            reactions.Add((emoji, [person]));
        }
        else if (!reactions[at].People.Contains(person))
        {
            reactions[at].People.Add(person);
        }
    }
}
