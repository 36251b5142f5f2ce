using System.CommandLine;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet read CONVERSATION</c>: the last messages as they stand after edits and recalls; marks them read.</summary>
internal static class ReadCommand
{
    private static readonly TimeSpan KeyPatience = TimeSpan.FromSeconds(15);

    public static Command Build(Options options)
    {
        var where = CommandShape.Conversation(options);
        var last = new Option<int>("--last") { Description = options.Words["option.last"], DefaultValueFactory = _ => 20, HelpName = "N" };
        return CommandShape.Of("read", options, [where, last], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            var (id, _) = session.Names.FindConversation(parsed.GetValue(where)!);
            var count = Math.Max(1, parsed.GetValue(last));
            if (session.Json)
            {
                var cursor = session.Client.Cursor(id);
                foreach (var entry in session.Client.Entries(id, cursor > (ulong)count ? cursor - (ulong)count + 1 : 1, count))
                {
                    EntryJson.Write(session.Output, entry, await session.Client.OpenAsync(entry, KeyPatience, ct), session.Names, again: false);
                }
            }
            else
            {
                var text = new TimelineText(session.Names, session.Words, TimeZoneInfo.Local);
                var timeline = session.Client.TimelineOf(id);
                await session.Client.OpenAsync(timeline, KeyPatience, ct);
                foreach (var line in timeline.Items.TakeLast(count).SelectMany(text.Whole))
                {
                    await session.Output.WriteLineAsync(line);
                }
            }

            session.Client.MarkRead(id, session.Client.Cursor(id));
        });
    }
}
