using System.CommandLine;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet add CONVERSATION PERSON…</c>.</summary>
internal static class AddCommand
{
    public static Command Build(Options options)
    {
        var where = CommandShape.Conversation(options);
        var who = CommandShape.People(options, ArgumentArity.OneOrMore);
        return CommandShape.Of("add", options, [where, who], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            var (id, conversation) = session.Names.FindConversation(parsed.GetValue(where)!);
            var people = parsed.GetValue(who)!.Select(text => session.Names.FindPerson(text).Id).ToList();
            var added = session.Take(await session.Client.AddMembersAsync(id, people, ct));
            await session.Output.WriteLineAsync(session.Words["add.done", added.Added, session.Names.Conversation(conversation)]);
        });
    }
}

/// <summary><c>rivet leave CONVERSATION</c>.</summary>
internal static class LeaveCommand
{
    public static Command Build(Options options)
    {
        var where = CommandShape.Conversation(options);
        return CommandShape.Of("leave", options, [where], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            var (id, conversation) = session.Names.FindConversation(parsed.GetValue(where)!);
            session.Take(await session.Client.RemoveMemberAsync(id, session.Client.Profile.Person, ct));
            await session.Output.WriteLineAsync(session.Words["leave.done", session.Names.Conversation(conversation)]);
        });
    }
}
