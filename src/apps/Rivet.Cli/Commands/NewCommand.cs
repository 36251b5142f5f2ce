using System.CommandLine;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet new --with PERSON</c> and <c>rivet new --group TITLE PERSON…</c>.</summary>
internal static class NewCommand
{
    public static Command Build(Options options)
    {
        var words = options.Words;
        var with = new Option<string?>("--with") { Description = words["option.with"], HelpName = "PERSON" };
        var group = new Option<string?>("--group") { Description = words["option.group"], HelpName = "TITLE" };
        var people = CommandShape.People(options, ArgumentArity.ZeroOrMore);
        var command = CommandShape.Of("new", options, [with, group, people], (parsed, session, ct)
            => CreateAsync(session, parsed.GetValue(with), parsed.GetValue(group), parsed.GetValue(people) ?? [], ct));
        command.Validators.Add(result =>
        {
            if ((result.GetValue(with) is null) == (result.GetValue(group) is null))
            {
                result.AddError(words["new.one-of"]);
            }
        });
        return command;
    }

    private static async Task CreateAsync(Session session, string? with, string? group, string[] people, CancellationToken ct)
    {
        await session.RefreshAsync(ct);
        var members = (with is null ? people : [with]).Select(text => session.Names.FindPerson(text).Id).ToList();
        var kind = with is null ? ConversationKind.Group : ConversationKind.Direct;
        var made = session.Take(await session.Client.CreateConversationAsync(kind, group ?? "", members, ct));
        var id = EntityId.Read<ConversationId>(made.Conversation.ConversationId.Span);
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "conversation");
                json.WriteString("conversation", id.ToString());
                json.WriteString("kind", made.Conversation.Kind.ToString().ToLowerInvariant());
                json.WriteString("title", session.Names.Conversation(made.Conversation));
                json.WriteBoolean("existed", made.Existed);
            });
            return;
        }

        await session.Output.WriteLineAsync(session.Words[made.Existed ? "new.existed" : "new.done", session.Names.Conversation(made.Conversation), id.ToString()]);
    }
}
