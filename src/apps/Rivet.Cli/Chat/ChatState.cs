using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Cli.Chat;

/// <summary>Where the keys go.</summary>
internal enum Pane
{
    List,
    Messages,
    Input,
}

/// <summary>What the input line is for.</summary>
internal enum Mode
{
    Write,
    Reply,
    Edit,
    React,
    ConfirmRecall,
    Help,
}

/// <summary>What the screen shows, and what each action does to it. Knows no terminal.</summary>
internal sealed class ChatState
{
    private const int MostUnread = 100;
    private readonly RivetClient client;
    private readonly Words words;

    public ChatState(RivetClient client, Names names, Words words)
    {
        this.client = client;
        this.words = words;
        Names = names;
        Reload();
    }

    public Names Names { get; }

    public Pane Pane { get; set; } = Pane.List;

    public Mode Mode { get; set; }

    public IReadOnlyList<Conversation> Conversations { get; private set; } = [];

    /// <summary>Where the list's marker stands.</summary>
    public int Marked { get; private set; }

    public ConversationId? Open { get; private set; }

    public Timeline? Timeline { get; private set; }

    public IReadOnlyList<PendingMessage> Pending { get; private set; } = [];

    public LinkStatus Link { get; private set; } = new(LinkPhase.Connecting, "");

    public Profile Profile => client.Profile;

    /// <summary>The chosen line: timeline items, then pending messages; -1 for none.</summary>
    public int Chosen { get; private set; } = -1;

    /// <summary>The last line on the screen; the newest unless scrolled back.</summary>
    public int Bottom { get; private set; } = -1;

    /// <summary>Lines after this sequence were unread when the conversation was opened.</summary>
    public ulong ReadWhenOpened { get; private set; }

    /// <summary>A word for the person about the last action.</summary>
    public string Notice { get; set; } = "";

    public int Lines => (Timeline?.Items.Count ?? 0) + Pending.Count;

    public Conversation? Current => Open is { } open ? Conversations.FirstOrDefault(one => Id(one) == open) : null;

    public TimelineItem? ChosenItem => Chosen >= 0 && Timeline is not null && Chosen < Timeline.Items.Count ? Timeline.Items[Chosen] : null;

    public PendingMessage? ChosenPending => Timeline is not null && Chosen >= Timeline.Items.Count && Chosen < Lines ? Pending[Chosen - Timeline.Items.Count] : null;

    public static ConversationId Id(Conversation conversation) => EntityId.Read<ConversationId>(conversation.ConversationId.Span);

    public int Unread(Conversation conversation) => client.Unread(Id(conversation), MostUnread);

    /// <summary>Takes in what changed in the home.</summary>
    public void Reload()
    {
        var marked = Marked < Conversations.Count ? Id(Conversations[Marked]) : (ConversationId?)null;
        Conversations = client.Conversations();
        var at = marked is { } known ? Conversations.ToList().FindIndex(one => Id(one) == known) : -1;
        Marked = Math.Clamp(at < 0 ? Marked : at, 0, Math.Max(0, Conversations.Count - 1));
        Link = client.Status;
        if (Timeline is null || Open is not { } open)
        {
            return;
        }

        var atEnd = Bottom >= Lines - 1;
        client.Refresh(Timeline);
        OpenSealed();
        Pending = client.Pending(open);
        Bottom = atEnd ? Lines - 1 : Math.Min(Bottom, Lines - 1);
        Chosen = Math.Min(Chosen, Lines - 1);
        if (atEnd)
        {
            client.MarkRead(open, client.Cursor(open));
        }
    }

    /// <summary>With keys in memory this is done when it returns; keys that are still to come ring, and it is called again.</summary>
    private void OpenSealed() => client.OpenAsync(Timeline!).GetAwaiter().GetResult();

    public void OpenMarked()
    {
        if (Marked < Conversations.Count)
        {
            OpenConversation(Id(Conversations[Marked]));
        }
    }

    public void OpenConversation(ConversationId id)
    {
        Open = id;
        ReadWhenOpened = client.ReadUpTo(id);
        Timeline = client.TimelineOf(id);
        OpenSealed();
        Pending = client.Pending(id);
        (Chosen, Bottom, Mode, Pane) = (-1, Lines - 1, Mode.Write, Pane.Input);
        Marked = Math.Max(0, Conversations.ToList().FindIndex(one => Id(one) == id));
        client.MarkRead(id, client.Cursor(id));
    }

    public void Mark(int by) => Marked = Math.Clamp(Marked + by, 0, Math.Max(0, Conversations.Count - 1));

    public void Choose(int by)
    {
        var from = Chosen < 0 ? Bottom + (by < 0 ? 1 : 0) : Chosen;
        Chosen = Lines == 0 ? -1 : Math.Clamp(from + by, 0, Lines - 1);
    }

    /// <summary>Keeps the chosen line between the first shown and the last.</summary>
    public void Show(int top)
    {
        if (Chosen >= 0 && Chosen < top)
        {
            Bottom -= top - Chosen;
        }
        else if (Chosen > Bottom)
        {
            Bottom = Chosen;
        }

        Bottom = Math.Clamp(Bottom, Math.Min(0, Lines - 1), Lines - 1);
    }

    /// <summary>Whether the chosen line may be changed by this person; else says so.</summary>
    public bool IsOwn()
    {
        var own = ChosenItem is { Kind: TimelineKind.Post, Recalled: false } item && item.Author == Profile.Person;
        Notice = own ? "" : words["chat.not-yours"];
        return own;
    }

    public void Discard()
    {
        if (ChosenPending is { Refusal: not null } failed)
        {
            client.Discard(failed.MessageId);
            Reload();
        }
    }

    /// <summary>What Enter does with the input, by mode.</summary>
    public void Submit(string text)
    {
        if (Open is not { } open || text.Trim().Length == 0)
        {
            return;
        }

        var target = ChosenItem?.Sequence ?? 0;
        var people = client.People();
        client.Queue(open, Mode switch
        {
            Mode.Reply => Composer.Post(text, Root(target), people, []),
            Mode.Edit => Composer.Edit(target, text, people),
            Mode.React => Composer.React(target, text.Trim(), removed: HasMine(text.Trim())),
            _ => Composer.Post(text, 0, people, []),
        });
        Mode = Mode.Write;
        Chosen = -1;
        Reload();
        Bottom = Lines - 1;
    }

    public void Recall()
    {
        if (Open is { } open && ChosenItem is { } item)
        {
            client.Queue(open, Composer.Recall(item.Sequence));
        }

        Mode = Mode.Write;
        Reload();
    }

    /// <summary>An answer to an answer belongs to the same thread.</summary>
    private ulong Root(ulong sequence) => Timeline?.Find(sequence) is { Thread: > 0 } answer ? answer.Thread : sequence;

    private bool HasMine(string emoji) => ChosenItem?.Reactions.Any(reaction => reaction.Emoji == emoji && reaction.People.Contains(Profile.Person)) ?? false;
}
