using System.Globalization;
using Rivet.Client;
using Rivet.Wire;

namespace Rivet.Cli.Chat;

/// <summary>Paints the state as rows of spans, each exactly as wide as the screen. Knows no terminal.</summary>
internal sealed class ChatPainter(ChatState state, Words words, TimeZoneInfo zone)
{
    private const int HeadRows = 3;
    private const int FootRows = 3;
    private readonly TimelineText text = new(state.Names, words, zone);

    /// <summary>Columns of the conversation list, without the line beside it.</summary>
    public static int ListWidth(int width) => Math.Clamp(width * 28 / 100, 16, 32);

    /// <summary>The row of the input line, counted from above.</summary>
    public static int InputRow(int height) => height - 2;

    public IReadOnlyList<IReadOnlyList<Span>> Paint(int width, int height)
    {
        if (state.Mode is Mode.Help)
        {
            return Help(width, height);
        }

        var list = List(ListWidth(width), height - 1);
        var right = Right(width - ListWidth(width) - 1, height - 1);
        List<IReadOnlyList<Span>> rows = [.. list.Zip(right).Select((pair, row) => (IReadOnlyList<Span>)[.. pair.First, new Span(Edge(row, height), Ink.Line), .. pair.Second])];
        var keys = state.Notice.Length > 0 ? state.Notice : state.Mode is Mode.ConfirmRecall && state.ChosenItem is { } item
            ? words["chat.recall-sure", item.Sequence]
            : words[state.Pane is Pane.Messages ? "chat.keys-timeline" : "chat.keys"];
        rows.Add([new Span(Columns.Fit(" " + keys, width), state.Mode is Mode.ConfirmRecall || state.Notice.Length > 0 ? Ink.Accent : Ink.Quiet)]);
        return rows;
    }

    /// <summary>The line between list and messages, where others meet it.</summary>
    private string Edge(int row, int height) => row == HeadRows - 1 ? (state.Open is null ? "┤" : "┼")
        : row == height - FootRows && state.Open is not null ? "├" : "│";

    private List<IReadOnlyList<Span>> List(int width, int height)
    {
        var profile = state.Profile;
        List<IReadOnlyList<Span>> rows =
        [
            [new Span(Columns.Fit(" " + Plain.Line(profile.CompanyName), width), Ink.Strong)],
            [Link(width)],
            [new Span(new string('─', width), Ink.Line)],
        ];
        if (state.Conversations.Count == 0)
        {
            rows.AddRange(Columns.Wrap(words["chat.empty"] + "\n" + words["chat.empty-next"], width - 2).Select(line => (IReadOnlyList<Span>)[new Span(Columns.Fit(" " + line, width), Ink.Quiet)]));
        }

        var room = height - rows.Count;
        var first = Math.Max(0, Math.Min(state.Marked - (room / 2), state.Conversations.Count - room));
        for (var at = first; at < state.Conversations.Count && rows.Count < height; at++)
        {
            rows.Add(ListRow(state.Conversations[at], at == state.Marked, width));
        }

        while (rows.Count < height)
        {
            rows.Add([new Span(new string(' ', width), Ink.Plain)]);
        }

        return rows;
    }

    private IReadOnlyList<Span> ListRow(Conversation conversation, bool marked, int width)
    {
        var unread = state.Unread(conversation);
        var count = unread == 0 ? "" : unread > 99 ? "99+" : unread.ToString(CultureInfo.InvariantCulture);
        var open = state.Open == ChatState.Id(conversation);
        var title = Columns.Fit((open ? "▌" : " ") + (conversation.Kind is ConversationKind.Group ? "# " : "") + state.Names.Conversation(conversation), width - count.Length - 2);
        var ink = marked && state.Pane is Pane.List ? Ink.Chosen : conversation.Removed ? Ink.Quiet : unread > 0 ? Ink.Strong : Ink.Plain;
        return [new Span(title, ink), new Span($" {count} ", ink is Ink.Chosen ? Ink.Chosen : Ink.Accent)];
    }

    private Span Link(int width)
    {
        var (sign, ink) = state.Link.Phase switch
        {
            LinkPhase.Online => ("●", Ink.Passing),
            LinkPhase.Ended => ("✕", Ink.Failing),
            LinkPhase.Offline => ("○", Ink.Failing),
            _ => ("◌", Ink.Accent),
        };
        return new Span(Columns.Fit($" {sign} {words.Kind("phase", state.Link.Phase)} · {Plain.Line(state.Profile.PersonName)}", width), ink);
    }

    private List<IReadOnlyList<Span>> Right(int width, int height)
    {
        List<IReadOnlyList<Span>> rows = [];
        if (state.Current is not { } conversation)
        {
            rows.AddRange(Enumerable.Repeat<IReadOnlyList<Span>>([new Span(new string(' ', width), Ink.Plain)], height));
            rows[height / 2] = [new Span(Columns.Fit("  " + words["chat.choose"], width), Ink.Quiet)];
            if (state.Link is { Phase: LinkPhase.Offline or LinkPhase.Ended, Reason.Length: > 0 } link)
            {
                var at = (height / 2) + 1;
                foreach (var line in Columns.Wrap(words.Say(new ClientRefusal(link.Reason)), width - 4).Take(height - at))
                {
                    rows[at++] = [new Span(Columns.Fit("  " + line, width), Ink.Failing)];
                }
            }

            return rows;
        }

        var about = conversation.Removed ? words["chat.left"]
            : conversation.Kind is ConversationKind.Group ? words["chat.members", conversation.MemberCount] : words["kind.direct"];
        rows.Add([new Span(Columns.Fit($" {state.Names.Conversation(conversation)} · {about}", width), Ink.Strong)]);
        rows.Add([new Span(Columns.Fit(" " + words["chat.protected"], width), Ink.Quiet)]);
        rows.Add([new Span(new string('─', width), Ink.Line)]);
        rows.AddRange(Messages(width, height - HeadRows - FootRows + 1));
        rows.Add(Separator(width));
        rows.Add([new Span(Columns.Fit(" ›", width), state.Pane is Pane.Input ? Ink.Accent : Ink.Quiet)]);
        return rows;
    }

    private IReadOnlyList<Span> Separator(int width)
    {
        var target = state.ChosenItem?.Sequence ?? 0;
        var label = state.Mode switch
        {
            Mode.Reply => $" {words["chat.replying", target]} ",
            Mode.Edit => $" {words["chat.editing", target]} ",
            Mode.React => $" {words["chat.reacting", target]} ",
            _ => "",
        };
        return [new Span("─" + Columns.Fit(label, Columns.Of(label)), Ink.Accent), new Span(new string('─', Math.Max(0, width - 1 - Columns.Of(label))), Ink.Line)];
    }

    /// <summary>From the last line upwards until the room is full; keeps the chosen line inside.</summary>
    private List<IReadOnlyList<Span>> Messages(int width, int height)
    {
        if (state.Lines == 0)
        {
            List<IReadOnlyList<Span>> empty = [.. Enumerable.Repeat<IReadOnlyList<Span>>([new Span(new string(' ', width), Ink.Plain)], height)];
            empty[height / 2] = [new Span(Columns.Fit("  " + words["chat.no-messages"], width), Ink.Quiet)];
            return empty;
        }

        var (rows, top) = Collect(width, height);
        if (state.Chosen >= 0 && (state.Chosen < top || state.Chosen > state.Bottom))
        {
            state.Show(top);
            (rows, top) = Collect(width, height);
            while (state.Chosen < top && state.Bottom > state.Chosen)
            {
                state.Show(top);
                (rows, top) = Collect(width, height);
            }
        }

        while (rows.Count < height)
        {
            rows.Insert(0, [new Span(new string(' ', width), Ink.Plain)]);
        }

        return rows;
    }

    /// <summary>The rows, and the first line that is shown whole.</summary>
    private (List<IReadOnlyList<Span>> Rows, int Top) Collect(int width, int height)
    {
        var rows = new List<IReadOnlyList<Span>>();
        var at = state.Bottom;
        for (; at >= 0 && rows.Count < height; at--)
        {
            rows.InsertRange(0, Line(at, width));
        }

        var whole = rows.Count <= height ? at + 1 : Math.Min(at + 2, state.Bottom);
        return (rows.Count > height ? rows[^height..] : rows, whole);
    }

    private IEnumerable<IReadOnlyList<Span>> Line(int at, int width)
    {
        var items = state.Timeline!.Items;
        var chosen = at == state.Chosen && state.Pane is not Pane.List;
        if (at >= items.Count)
        {
            return PendingLine(state.Pending[at - items.Count], chosen, width);
        }

        var item = items[at];
        var before = at > 0 ? items[at - 1] : null;
        var rows = new List<IReadOnlyList<Span>>();
        var day = text.When(item.OwnTime, "yyyy-MM-dd");
        if (before is null || text.When(before.OwnTime, "yyyy-MM-dd") != day)
        {
            rows.Add([new Span(Columns.Fit($" ── {day} ──", width), Ink.Quiet)]);
        }

        if (item.Sequence > state.ReadWhenOpened && (before is null || before.Sequence <= state.ReadWhenOpened) && state.ReadWhenOpened > 0
            && item.Author != state.Profile.Person)
        {
            rows.Add([new Span(Columns.Fit($" ── {words["chat.new"]} ──", width), Ink.Accent)]);
        }

        if (item.Kind is not TimelineKind.Post)
        {
            rows.Add(Row(chosen, new Span($"{text.When(item.OwnTime, "HH:mm")} · {text.What(item)}", Ink.Quiet), width));
            return rows;
        }

        var follows = rows.Count == 0 && before is { Kind: TimelineKind.Post } && before.Author == item.Author
            && item.OwnTime - before.OwnTime < TimeSpan.FromMinutes(5) && item.Thread == before.Thread;
        if (!follows || chosen)
        {
            rows.Add(Head(item, chosen, width));
        }

        var body = item.Emote ? $"* {state.Names.Person(item.Author)} {text.What(item)}" : text.What(item);
        var ink = item.Recalled || item.Opaque ? Ink.Quiet : Ink.Plain;
        rows.AddRange(Columns.Wrap(body, width - 8).Select(line => Row(chosen, new Span("      " + line, ink), width)));
        rows.AddRange(text.Below(item).Select(line => Row(chosen, new Span("      " + line, Ink.Accent), width)));
        if (item.Replies > 0)
        {
            rows.Add(Row(chosen, new Span($"      ↳ {words["chat.replies", item.Replies]}", Ink.Quiet), width));
        }

        return rows;
    }

    private IReadOnlyList<Span> Head(TimelineItem item, bool chosen, int width)
    {
        var mark = chosen ? "▌" : " ";
        var time = text.When(item.OwnTime, "HH:mm");
        var thread = item.Thread == 0 ? "" : $" ↳ {Thread(item)}";
        var number = chosen ? $"#{item.Sequence} " : "";
        var name = Columns.Fit($"{state.Names.Person(item.Author)}{(item.Seal is SealState.None ? "" : " " + words["line.sealed-mark"])}{thread}", Math.Max(0, width - 7 - number.Length));
        return [new Span(mark + time + " ", Ink.Quiet), new Span(name, item.Author == state.Profile.Person ? Ink.Accent : Ink.Strong), new Span(number, Ink.Quiet)];
    }

    private string Thread(TimelineItem item)
    {
        var root = state.Timeline!.Find(item.Thread);
        return root is null ? $"#{item.Thread}" : $"#{item.Thread} {Columns.Fit(Plain.Line(root.Text), 24).TrimEnd()}";
    }

    private IEnumerable<IReadOnlyList<Span>> PendingLine(PendingMessage pending, bool chosen, int width)
    {
        var what = pending.Content.KindCase switch
        {
            Content.KindOneofCase.Post => Plain.Lines(pending.Content.Post.Body.Text),
            Content.KindOneofCase.Edit => Plain.Lines(pending.Content.Edit.Body.Text),
            Content.KindOneofCase.Reaction => Plain.Line(pending.Content.Reaction.Emoji),
            _ => words["line.recalled"],
        };
        foreach (var line in Columns.Wrap(what, width - 8))
        {
            yield return Row(chosen, new Span("      " + line, Ink.Quiet), width);
        }

        var said = pending.Refusal is { } why ? words["chat.not-sent", words.Say(why)]
            : words.Waits(pending);
        yield return Row(chosen, new Span("      " + said, pending.Refusal is null ? Ink.Quiet : Ink.Failing), width);
    }

    private static IReadOnlyList<Span> Row(bool chosen, Span span, int width)
        => [new Span(chosen ? "▌" : " ", Ink.Accent), span with { Text = Columns.Fit(span.Text, width - 1) }];

    private List<IReadOnlyList<Span>> Help(int width, int height)
    {
        string[] keys = ["tab", "list", "jump", "scroll", "send", "reply", "edit", "recall", "react", "discard", "escape", "quit"];
        List<IReadOnlyList<Span>> rows = [[new Span(Columns.Fit("  " + words["chat.help.title"], width), Ink.Strong)]];
        foreach (var parts in keys.Select(key => words[$"chat.help.{key}"].Split('|', 2)))
        {
            rows.Add([new Span(Columns.Fit("  " + parts[0], 24), Ink.Accent), new Span(Columns.Fit(parts[1], width - 24), Ink.Plain)]);
        }

        rows.Add([new Span(new string(' ', width), Ink.Plain)]);
        rows.Add([new Span(Columns.Fit("  " + words["chat.help.protection"], width), Ink.Strong)]);
        for (var line = 1; line <= 3; line++)
        {
            rows.Add([new Span(Columns.Fit("  " + words[$"chat.help.protection.{line}"], width), Ink.Plain)]);
        }

        while (rows.Count < height - 1)
        {
            rows.Add([new Span(new string(' ', width), Ink.Plain)]);
        }

        rows = rows[..(height - 1)];
        rows.Add([new Span(Columns.Fit("  " + words["chat.help.close"], width), Ink.Quiet)]);
        return rows;
    }
}
