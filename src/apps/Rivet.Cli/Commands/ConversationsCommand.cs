using System.CommandLine;
using System.Globalization;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet conversations</c>.</summary>
internal static class ConversationsCommand
{
    private const int MostUnread = 100;

    public static Command Build(Options options) => CommandShape.Of("conversations", options, [], async (_, session, ct) =>
    {
        await session.RefreshAsync(ct);
        var all = session.Client.Conversations();
        if (session.Json)
        {
            foreach (var conversation in all)
            {
                WriteJson(session, conversation);
            }

            return;
        }

        if (all.Count == 0)
        {
            await session.Output.WriteLineAsync(session.Words["conversations.none"]);
            return;
        }

        var words = session.Words;
        Tables.Write(
            session.Output,
            [words["heading.id"], words["heading.title"], words["heading.kind"], words["heading.members"], words["heading.messages"], words["heading.unread"]],
            all.Select(conversation => (IReadOnlyList<string>)
            [
                Names.Short(conversation.ConversationId),
                session.Names.Conversation(conversation),
                words[conversation.Removed ? "kind.left" : conversation.Kind is ConversationKind.Direct ? "kind.direct" : "kind.group"],
                conversation.MemberCount.ToString(CultureInfo.InvariantCulture),
                session.Client.Cursor(Id(conversation)).ToString(CultureInfo.InvariantCulture),
                Unread(session, conversation),
            ]));
    });

    private static void WriteJson(Session session, Conversation conversation) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "conversation");
        json.Id("conversation", conversation.ConversationId);
        json.WriteString("kind", conversation.Kind.ToString().ToLowerInvariant());
        json.WriteString("title", session.Names.Conversation(conversation));
        json.WriteNumber("members", conversation.MemberCount);
        json.WriteNumber("lastSequence", session.Client.Cursor(Id(conversation)));
        json.WriteNumber("readSequence", session.Client.ReadUpTo(Id(conversation)));
        json.WriteNumber("unread", session.Client.Unread(Id(conversation), int.MaxValue));
        json.WriteBoolean("left", conversation.Removed);
    });

    private static string Unread(Session session, Conversation conversation)
        => session.Client.Unread(Id(conversation), MostUnread) switch
        {
            0 => "",
            >= MostUnread => "99+",
            var count => count.ToString(CultureInfo.InvariantCulture),
        };

    private static ConversationId Id(Conversation conversation) => EntityId.Read<ConversationId>(conversation.ConversationId.Span);
}
