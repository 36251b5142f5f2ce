using System.CommandLine;
using Rivet.Client;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet react CONVERSATION MESSAGE EMOJI</c>.</summary>
internal static class ReactCommand
{
    public static Command Build(Options options)
    {
        var where = CommandShape.Conversation(options);
        var message = CommandShape.Message(options);
        var emoji = new Argument<string>("EMOJI") { Description = options.Words["argument.emoji"] };
        var remove = new Option<bool>("--remove") { Description = options.Words["option.remove"] };
        return CommandShape.Of("react", options, [where, message, emoji, remove], async (parsed, session, ct) =>
        {
            var id = await SendCommand.FindAsync(session, parsed.GetValue(where)!, ct);
            await SendCommand.SendAsync(
                session, id, Composer.React(parsed.GetValue(message), parsed.GetValue(emoji)!, parsed.GetValue(remove)), SendCommand.Seconds(30), ct);
        });
    }
}

/// <summary><c>rivet edit CONVERSATION MESSAGE TEXT</c>.</summary>
internal static class EditCommand
{
    public static Command Build(Options options)
    {
        var where = CommandShape.Conversation(options);
        var message = CommandShape.Message(options);
        var text = new Argument<string>("TEXT") { Description = options.Words["argument.new-text"] };
        return CommandShape.Of("edit", options, [where, message, text], async (parsed, session, ct) =>
        {
            var id = await SendCommand.FindAsync(session, parsed.GetValue(where)!, ct);
            var content = Composer.Edit(parsed.GetValue(message), parsed.GetValue(text)!, session.Client.People());
            await SendCommand.SendAsync(session, id, content, SendCommand.Seconds(30), ct);
        });
    }
}

/// <summary><c>rivet recall CONVERSATION MESSAGE</c>.</summary>
internal static class RecallCommand
{
    public static Command Build(Options options)
    {
        var where = CommandShape.Conversation(options);
        var message = CommandShape.Message(options);
        return CommandShape.Of("recall", options, [where, message], async (parsed, session, ct) =>
        {
            var id = await SendCommand.FindAsync(session, parsed.GetValue(where)!, ct);
            await SendCommand.SendAsync(session, id, Composer.Recall(parsed.GetValue(message)), SendCommand.Seconds(30), ct);
        });
    }
}
