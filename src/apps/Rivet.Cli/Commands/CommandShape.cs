using System.CommandLine;

namespace Rivet.Cli.Commands;

/// <summary>Small shapes all commands share.</summary>
internal static class CommandShape
{
    /// <summary>A command over a session. Its text is <c>command.NAME</c>; it is called so too, unless <paramref name="called"/> says otherwise.</summary>
    public static Command Of(
        string name, Options options, IEnumerable<Symbol> parts, Func<ParseResult, Session, CancellationToken, Task> work, string? called = null)
    {
        var command = new Command(called ?? name, options.Words[$"command.{name}"]);
        command.Take(parts);
        command.SetAction(async (parsed, ct) =>
        {
            await using var session = Session.Open(parsed, options);
            await work(parsed, session, ct);
            return ExitCode.Done;
        });
        return command;
    }

    public static void Take(this Command command, IEnumerable<Symbol> parts)
    {
        foreach (var part in parts)
        {
            switch (part)
            {
                case Argument argument:
                    command.Add(argument);
                    break;
                case Option option:
                    command.Add(option);
                    break;
                default:
                    throw new ArgumentException($"{part.Name} is no part of a command.", nameof(parts));
            }
        }
    }

    public static Argument<string> Conversation(Options options) => new("CONVERSATION") { Description = options.Words["argument.conversation"] };

    public static Argument<ulong> Message(Options options) => new("MESSAGE") { Description = options.Words["argument.message"], CustomParser = Number };

    public static Argument<string[]> People(Options options, ArgumentArity arity) => new("PERSON") { Description = options.Words["argument.people"], Arity = arity };

    /// <summary>A message's number, with or without the # that lists show.</summary>
    private static ulong Number(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value.TrimStart('#') : "";
        if (ulong.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        result.AddError($"{text}?");
        return 0;
    }
}
