using System.Threading.Channels;
using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Live;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>
/// Collects pushes steadily, so that the link never waits for the disk. Bounded: past the bound an entry is dropped and
/// its log marked as having a gap, which a fetch fills.
/// </summary>
internal sealed class SyncInbox(LiveBoard live)
{
    private const int MostEntries = 2_000;
    private readonly Lock gate = new();
    private readonly ChangeBell bell = new();
    private SyncWork work = new();

    public void Ask(Action<SyncWork> add)
    {
        lock (gate)
        {
            add(work);
        }

        bell.Ring();
    }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return work.IsEmpty;
            }
        }
    }

    /// <summary>Waits for something to do and takes all of it.</summary>
    public async Task<SyncWork> TakeAsync(CancellationToken ct)
    {
        while (true)
        {
            var seen = bell.Count;
            lock (gate)
            {
                if (!work.IsEmpty)
                {
                    var taken = work;
                    work = new SyncWork();
                    return taken;
                }
            }

            await bell.PastAsync(seen, ct);
        }
    }

    /// <summary>Reads pushes until the link ends.</summary>
    public async Task FillAsync(ChannelReader<LinkPush> pushes, CancellationToken ct)
    {
        while (await pushes.WaitToReadAsync(ct))
        {
            while (pushes.TryRead(out var push))
            {
                Accept(push);
            }
        }
    }

    private void Accept(LinkPush push)
    {
        try
        {
            switch (push.Method)
            {
                case Method.EntryAppended:
                    var entry = Entry.Parser.ParseFrom(push.Body.Span);
                    Ask(work => Add(work, entry));
                    break;
                case Method.ConversationChanged:
                    var conversation = Conversation.Parser.ParseFrom(push.Body.Span);
                    Ask(work => work.Conversations.Add(conversation));
                    break;
                case Method.ReadMoved:
                    var moved = ReadMoved.Parser.ParseFrom(push.Body.Span);
                    live.HasRead(moved);
                    Ask(work => work.Reads.Add(moved));
                    break;
                case Method.TypingShown:
                    Accept(Typing.Parser.ParseFrom(push.Body.Span));
                    break;
                case Method.PresenceChanged:
                    Accept(Presence.Parser.ParseFrom(push.Body.Span));
                    break;
                default:
                    break;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // A push is a hint: one that cannot be read says only that something may be new.
            Ask(work => work.List = true);
        }
    }

    private void Accept(Typing typing)
    {
        if (EntityId.TryRead<ConversationId>(typing.ConversationId.Span, out var conversation) && EntityId.TryRead<PersonId>(typing.PersonId.Span, out var person))
        {
            live.IsWriting(conversation, person);
        }
    }

    private void Accept(Presence presence)
    {
        if (EntityId.TryRead<PersonId>(presence.PersonId.Span, out var person))
        {
            live.CameOrWent(person, presence.Present);
        }
    }

    private void Add(SyncWork work, Entry entry)
    {
        if (!EntityId.TryRead<ConversationId>(entry.ConversationId.Span, out var conversation))
        {
            return;
        }

        if (EntityId.TryRead<PersonId>(entry.AuthorPersonId.Span, out var author))
        {
            live.HasWritten(conversation, author);
        }

        if (work.Entries.Count < MostEntries)
        {
            work.Entries.Add(entry);
        }
        else
        {
            work.Gaps.Add(conversation);
        }
    }
}
