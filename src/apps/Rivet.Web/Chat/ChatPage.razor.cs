using System.Runtime.InteropServices.JavaScript;
using Microsoft.AspNetCore.Components;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Web.Messages;
using Rivet.Wire;

namespace Rivet.Web.Chat;

/// <summary>The chat's state: what is listed, what is open, and how it follows the home.</summary>
public sealed partial class ChatPage
{
    private const int MostCounted = 100;
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<ConversationId, (ulong Last, ulong Read, int Unread, string Preview)> counted = [];
    private Names names = null!;
    private List<ListedConversation> listed = [];
    private ListedConversation? open;
    private Timeline? timeline;
    private IReadOnlyList<PendingMessage> pending = [];
    private ulong readOnOpening;
    private TimelineItem? editing;
    private ulong thread;
    private ulong readersOf;
    private TimelineView? view;
    private Pane pane;
    private Dialog dialog;
    private bool saved;
    private bool draftWaits;
    private bool focusComposer;
    private JSObject[] watches = [];

    private enum Pane
    {
        None,
        Thread,
        Members,
        Protection,
        Readers,
    }

    private enum Dialog
    {
        None,
        New,
        Find,
        Keys,
        Self,
        CompanyKeys,
    }

    /// <summary>The client whose chat it is.</summary>
    [Parameter, EditorRequired]
    public RivetClient Client { get; set; } = null!;

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
        foreach (var watch in watches)
        {
            PageScript.EndWatch(watch);
            watch.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        names = new Names(Client, Text);
        Read();
        watches = [PageScript.WatchSeen(MarkSeen), PageScript.WatchKeys(Press)];
        Desk.Run(FollowAsync(stop.Token));
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        // A field that is hidden until this frame cannot have the focus before it.
        if (focusComposer)
        {
            focusComposer = false;
            PageScript.Focus("composer");
        }
    }

    /// <summary>Follows the home: whatever changed in it is on the page with the next frame.</summary>
    private async Task FollowAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var seen = Client.Changes;
                Read();
                await OpenAsync();
                MarkSeen();
                var saving = Client.SavedAsync(ct);
                saved = saving.IsCompletedSuccessfully;
                StateHasChanged();
                if (!saved)
                {
                    // What is being written meanwhile counts for the next turn.
                    await saving;
                    saved = Client.Changes == seen;
                    StateHasChanged();
                }

                await Client.ChangedAsync(seen, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        catch (HomeException)
        {
            // The desk says so, and stands something else in front of the person.
        }
    }

    private void Read()
    {
        names.Refresh();
        listed = [.. Client.Conversations().Select(List)];
        if (open is not null && timeline is not null)
        {
            open = listed.Find(one => one.Id == open.Id) ?? open;
            Client.Refresh(timeline);
            pending = Client.Pending(open.Id);
        }

        var unread = listed.Sum(one => one.Unread);
        Client.Attend(open?.Id, InSight());
        PageScript.SetTitle(unread > 0 ? $"({unread.ToString(System.Globalization.CultureInfo.CurrentCulture)}) Rivet" : "Rivet");
    }

    /// <summary>Opens what is sealed by the company's own keys, and closes what was opened with keys that are gone.</summary>
    private async Task OpenAsync()
    {
        if (timeline is { } shown)
        {
            await Client.OpenAsync(shown);
        }
    }

    private async Task ShowOpenedAsync()
    {
        await OpenAsync();
        StateHasChanged();
    }

    private ListedConversation List(Conversation conversation)
    {
        var id = EntityId.Read<ConversationId>(conversation.ConversationId.Span);
        var (last, read) = (Client.Cursor(id), Client.ReadUpTo(id));
        if (!counted.TryGetValue(id, out var known) || known.Last != last || known.Read != read)
        {
            counted[id] = known = (last, read, Client.Unread(id, MostCounted), Preview(id, last));
        }

        var other = conversation.Kind is ConversationKind.Direct ? names.OtherIn(conversation) : null;
        return new ListedConversation(
            id, conversation, names.Of(conversation), known.Unread, known.Preview, DateTimeOffset.FromUnixTimeMilliseconds(conversation.LastMs),
            other, other is { } person && Client.IsPresent(person));
    }

    /// <summary>The people whose presence is shown: the members of what is open, then the others of the list.</summary>
    private IEnumerable<PersonId> InSight()
        => (open?.Conversation.Members ?? []).Select(member => EntityId.Read<PersonId>(member.Span))
            .Concat(listed.Where(one => one.Other is not null).Select(one => one.Other!.Value));

    private string Preview(ConversationId id, ulong last)
    {
        if (last == 0 || Client.Entries(id, last, 1) is not [var entry])
        {
            return "";
        }

        return Timeline.Read(entry) switch
        {
            { Post: { Body.Text: { Length: > 0 } text } } => Plain.Line(text.Length > 120 ? text[..120] : text),
            { Post.Body.Opaque: not null } or { Edit.Body.Opaque: not null } => Text["row.sealed-preview"],
            { Post.Attachments: [var file, ..] } => Plain.Line(file.Name),
            { Recall: not null } => Text["row.recalled"],
            { Edit.Body.Text: { Length: > 0 } text } => Plain.Line(text.Length > 120 ? text[..120] : text),
            { Reaction: { Removed: false } reaction } => Plain.Line(reaction.Emoji),
            _ => "",
        };
    }

    private void Choose(ConversationId id)
    {
        if (open?.Id == id || listed.Find(one => one.Id == id) is not { } chosen)
        {
            return;
        }

        open = chosen;
        timeline = Client.TimelineOf(id);
        pending = Client.Pending(id);
        readOnOpening = Client.ReadUpTo(id);
        (editing, pane, draftWaits) = (null, Pane.None, false);
        Client.Attend(id, InSight());
        MarkSeen();
        Desk.Run(ShowOpenedAsync());
    }

    /// <summary>What is open, in front of the person and scrolled to its end has been read.</summary>
    private void MarkSeen()
    {
        if (open is not null && timeline is { Last: > 0 } && PageScript.IsSeen() && (view is null || view.IsAtEnd))
        {
            Client.MarkRead(open.Id, timeline.Last);
        }
    }

    private void Leave() => (open, timeline, pane, editing, draftWaits) = (null, null, Pane.None, null, false);

    private void ClosePane()
    {
        pane = Pane.None;
        FocusComposer();
    }

    private void Toggle(Pane wanted) => pane = pane == wanted ? Pane.None : wanted;

    private void OpenThread(ulong root) => (thread, pane) = (root, Pane.Thread);

    private void ShowReaders(ulong sequence) => (readersOf, pane) = (sequence, Pane.Readers);

    private void BeginEdit(TimelineItem item) => (editing, draftWaits) = (item, false);

    private void EditLast()
        => editing = timeline?.Items.LastOrDefault(item => item is { Kind: TimelineKind.Post, Recalled: false, Opaque: false, Thread: 0 } && names.IsSelf(item.Author));

    private void WasSent()
    {
        editing = null;
        view?.ToEnd();
    }

    private void WasFounded(ConversationId id)
    {
        CloseDialog();
        Read();
        Choose(id);
    }

    private void Found(ConversationId id)
    {
        CloseDialog();
        Choose(id);
    }

    private void CloseDialog()
    {
        dialog = Dialog.None;
        FocusComposer();
    }

    private void FocusComposer() => focusComposer = true;

    private string PaneTitle() => Text[pane switch { Pane.Thread => "thread", Pane.Members => "members", Pane.Readers => "readers", _ => "protection" }];

    private void Press(string key)
    {
        switch (key)
        {
            case "find":
                dialog = Dialog.Find;
                break;
            case "keys":
                dialog = Dialog.Keys;
                break;
            case "next":
                Step(1);
                break;
            case "previous":
                Step(-1);
                break;
            case "leave" when editing is not null:
                editing = null;
                break;
            case "leave" when pane is not Pane.None:
                ClosePane();
                break;
            default:
                return;
        }

        StateHasChanged();
    }

    private void Step(int by)
    {
        if (listed.Count > 0)
        {
            var at = open is null ? -1 : listed.FindIndex(one => one.Id == open.Id);
            Choose(listed[Math.Clamp(at + by, 0, listed.Count - 1)].Id);
        }
    }
}
