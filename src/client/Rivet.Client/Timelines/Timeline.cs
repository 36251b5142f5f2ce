using Google.Protobuf;
using Rivet.Client.Sealing;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>
/// Folds a conversation's log into what a person reads: edits, recalls and reactions change the line they aim at,
/// lines stand in the order of their own time. Entries must be applied in the order of their sequence; ones already
/// applied change nothing. Not safe for concurrent use.
/// </summary>
public sealed class Timeline
{
    private readonly Dictionary<ulong, TimelineItem> bySequence = [];
    private readonly List<TimelineItem> items = [];
    private readonly HashSet<(ByteString Device, ByteString Message)> seals = [];
    private readonly List<TimelineItem> sealedItems = [];
    private TimelineItem? expired;

    /// <summary>An empty timeline of a conversation.</summary>
    public Timeline(ConversationId conversation) => Conversation = conversation;

    /// <summary>Whose timeline it is.</summary>
    public ConversationId Conversation { get; }

    /// <summary>The last sequence applied.</summary>
    public ulong Last { get; private set; }

    /// <summary>Which of the server's incarnations the lines are of.</summary>
    internal byte[] Incarnation { get; private set; } = [];

    /// <summary>Which state of the company's retention the lines are of.</summary>
    internal long KeptSinceMs { get; private set; }

    /// <summary>Lines whose body the company's own cipher sealed.</summary>
    internal IReadOnlyList<TimelineItem> SealedItems => sealedItems;

    /// <summary>How often keys had been given up when the lines were opened.</summary>
    internal int Closings { get; set; }

    /// <summary>The lines, oldest first by their own time.</summary>
    public IReadOnlyList<TimelineItem> Items => items;

    /// <summary>The line of a post, membership or title; null for other sequences.</summary>
    public TimelineItem? Find(ulong sequence) => bySequence.GetValueOrDefault(sequence);

    /// <summary>Whether an entry is a post.</summary>
    public static bool IsPost(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Read(entry)?.KindCase is Content.KindOneofCase.Post;
    }

    /// <summary>The content of an entry; null when it cannot be read.</summary>
    public static Content? Read(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        try
        {
            return Content.Parser.ParseFrom(entry.Content);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Applies the next entry.</summary>
    public void Apply(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Sequence <= Last)
        {
            return;
        }

        Last = entry.Sequence;
        if (entry.Content.IsEmpty)
        {
            AddExpired(entry);
            return;
        }

        expired = null;
        var content = Read(entry);
        switch (content?.KindCase)
        {
            case Content.KindOneofCase.Post:
                AddPost(entry, content.Post);
                break;
            case Content.KindOneofCase.Edit:
                Edit(entry, content.Edit);
                break;
            case Content.KindOneofCase.Recall:
                Recall(content.Recall);
                break;
            case Content.KindOneofCase.Reaction:
                if (bySequence.TryGetValue(content.Reaction.Target, out var target) && target.Kind is not TimelineKind.Expired && EntityId.TryRead<PersonId>(entry.AuthorPersonId.Span, out var person))
                {
                    target.React(content.Reaction.Emoji, person, content.Reaction.Removed);
                }

                break;
            case Content.KindOneofCase.Membership:
                Add(new TimelineItem(entry, content.Membership.Left ? TimelineKind.Left : TimelineKind.Joined)
                {
                    Subject = EntityId.TryRead<PersonId>(content.Membership.PersonId.Span, out var subject) ? subject : null,
                });
                break;
            case Content.KindOneofCase.Titled:
                Add(new TimelineItem(entry, TimelineKind.Titled) { Text = content.Titled.Title });
                break;
            default:
                Add(new TimelineItem(entry, TimelineKind.Unreadable));
                break;
        }
    }

    /// <summary>Empties it: the server was restored, and what was read may be another log now; or older contents were dropped.</summary>
    internal void Begin(byte[] incarnation, long keptSinceMs)
    {
        (Incarnation, KeptSinceMs, expired) = (incarnation, keptSinceMs, null);
        Last = 0;
        bySequence.Clear();
        items.Clear();
        seals.Clear();
        sealedItems.Clear();
    }

    /// <summary>What it was is not known any more: an old month is one line, not one for each of its reactions.</summary>
    private void AddExpired(Entry entry)
    {
        if (expired is { } line)
        {
            line.Several = true;
            bySequence.Add(entry.Sequence, line);
            return;
        }

        expired = new TimelineItem(entry, TimelineKind.Expired);
        Add(expired);
    }

    private void AddPost(Entry entry, Post post)
    {
        // An answer whose root is gone stands for itself: nothing is left that it could hang from.
        var root = bySequence.GetValueOrDefault(post.Thread);
        var isOrphan = root is { Kind: TimelineKind.Expired };
        var item = new TimelineItem(entry, TimelineKind.Post)
        {
            Text = post.Body?.Text ?? "",
            Opaque = post.Body?.FormCase is Body.FormOneofCase.Opaque,
            Emote = post.Emote,
            Thread = isOrphan ? 0 : post.Thread,
            Mentions = post.Mentions,
            Attachments = post.Attachments,
        };
        if (root is not null && !isOrphan)
        {
            root.Replies++;
        }

        if (IsSealed(post.Body))
        {
            // Whoever has the log can put a sealed message into it again; it opens as well as the first, and is shown as what it is.
            var isNew = seals.Add((entry.AuthorDeviceId, entry.ClientMessageId));
            item.Show(isNew ? SealState.Waiting : SealState.Repeated, body: null, isPost: true);
            if (isNew)
            {
                item.SealedBy.Add((entry, new Content { Post = post }));
                sealedItems.Add(item);
            }
        }

        Add(item);
    }

    private void Edit(Entry entry, Edit edit)
    {
        // The server refuses the edit of another's post; a client that trusted it alone would show whatever it let pass.
        if (bySequence.TryGetValue(edit.Target, out var item) && item is { Kind: TimelineKind.Post, Recalled: false }
            && EntityId.TryRead<PersonId>(entry.AuthorPersonId.Span, out var author) && author == item.Author)
        {
            var isSealed = IsSealed(edit.Body);
            if (isSealed ? !seals.Add((entry.AuthorDeviceId, entry.ClientMessageId)) : item.Seal is not SealState.None)
            {
                return; // An edit put into the log again, or one in clear of a sealed post: the server alone could have made it.
            }

            item.Text = edit.Body?.Text ?? "";
            item.Opaque = edit.Body?.FormCase is Body.FormOneofCase.Opaque;
            item.Mentions = edit.Mentions;
            item.Edited = true;
            if (isSealed)
            {
                item.SealedBy.RemoveAll(part => part.Content.KindCase is Content.KindOneofCase.Edit);
                item.SealedBy.Add((entry, new Content { Edit = edit }));
                item.Show(SealState.Waiting, body: null, isPost: false);
                if (!sealedItems.Contains(item))
                {
                    sealedItems.Add(item);
                }
            }
        }
    }

    private void Recall(Recall recall)
    {
        if (bySequence.TryGetValue(recall.Target, out var item) && item.Kind is TimelineKind.Post)
        {
            item.Recalled = true;
            item.SealedBy.Clear();
            (item.Seal, item.Opaque) = (SealState.None, false);
            item.Text = "";
            item.Mentions = [];
            item.Attachments = [];
        }
    }

    private static bool IsSealed(Body? body) => body is { FormCase: Body.FormOneofCase.Opaque, Opaque.Scheme: CompanyCipher.Scheme };

    /// <summary>Keeps the order by own time, then sequence; the usual case is the end.</summary>
    private void Add(TimelineItem item)
    {
        bySequence.Add(item.Sequence, item);
        var at = items.Count;
        if (at > 0 && items[^1].OwnTime > item.OwnTime)
        {
            at = items.BinarySearch(item, ByOwnTime.Instance);
            at = at < 0 ? ~at : at;
        }

        items.Insert(at, item);
    }

    private sealed class ByOwnTime : IComparer<TimelineItem>
    {
        public static readonly ByOwnTime Instance = new();

        public int Compare(TimelineItem? x, TimelineItem? y)
        {
            var byTime = x!.OwnTime.CompareTo(y!.OwnTime);
            return byTime != 0 ? byTime : x.Sequence.CompareTo(y.Sequence);
        }
    }
}
