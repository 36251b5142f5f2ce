using System.CommandLine;
using Rivet.Cli.Chat;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet chat [CONVERSATION]</c>: the full screen.</summary>
internal static class ChatCommand
{
    public static Command Build(Options options)
    {
        var where = new Argument<string?>("CONVERSATION") { Description = options.Words["argument.conversation"], Arity = ArgumentArity.ZeroOrOne };
        return CommandShape.Of("chat", options, [where], async (parsed, session, ct) =>
        {
            if (Console.IsOutputRedirected || Console.IsInputRedirected)
            {
                throw new CliExit(ExitCode.Usage, session.Words["chat.no-terminal"]);
            }

            session.Client.Start();
            var first = parsed.GetValue(where) is { } text ? await SendCommand.FindAsync(session, text, ct) : (Kernel.ConversationId?)null;
            ChatScreen.Run(session, first, ct);
        });
    }
}
