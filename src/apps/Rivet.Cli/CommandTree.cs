using System.CommandLine;
using Rivet.Cli.Commands;
using Rivet.Client;

namespace Rivet.Cli;

/// <summary>The words of the program, one line each.</summary>
internal static class CommandTree
{
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var words = Words.For(Language(arguments), Environment.GetEnvironmentVariable);
        System.Globalization.CultureInfo.CurrentUICulture = words.Culture;
        var settings = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
        };
        try
        {
            var parsed = Build(words).Parse(arguments);
            if (parsed.Errors.Count > 0)
            {
                foreach (var wrong in parsed.Errors)
                {
                    await error.WriteLineAsync(Plain.Line(wrong.Message));
                }

                await error.WriteLineAsync(words["usage.next"]);
                return ExitCode.Usage;
            }

            return await parsed.InvokeAsync(settings);
        }
        catch (CliExit exit)
        {
            await error.WriteLineAsync(exit.Message);
            return exit.Code;
        }
        catch (HomeException failed)
        {
            await error.WriteLineAsync(words.Say(new ClientRefusal(failed.Message)));
            return ExitCode.Home;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync(words["stopped"]);
            return ExitCode.Fault;
        }
        catch (IOException broken) when (broken.Message.Contains("Broken pipe", StringComparison.Ordinal))
        {
            return ExitCode.Done; // the reader of our output has seen enough
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(Plain.Line(failed.Message));
            return ExitCode.Fault;
        }
    }

    public static RootCommand Build(Words words)
    {
        var options = new Options(words);
        return new RootCommand(words["about"])
        {
            options.Home,
            options.Language,
            options.PassphraseFile,
            options.Json,
            JoinCommand.Build(options),
            WhoAmICommand.Build(options),
            ConversationsCommand.Build(options),
            PeopleCommand.Build(options),
            NewCommand.Build(options),
            AddCommand.Build(options),
            LeaveCommand.Build(options),
            SendCommand.Build(options),
            ReadCommand.Build(options),
            ReactCommand.Build(options),
            EditCommand.Build(options),
            RecallCommand.Build(options),
            SaveCommand.Build(options),
            ListenCommand.Build(options),
            ChatCommand.Build(options),
            OpenCommand.Build(options),
            KeysCommand.Build(options),
            ImportCommands.Build(options),
            AdminCommands.Build(options),
            LwsCommands.Build(options),
        };
    }

    /// <summary>The language is needed before anything is parsed: help is made of it.</summary>
    private static string? Language(string[] arguments)
    {
        for (var at = 0; at < arguments.Length && arguments[at] != "--"; at++)
        {
            if (arguments[at] == "--language" && at + 1 < arguments.Length)
            {
                return arguments[at + 1];
            }

            if (arguments[at].StartsWith("--language=", StringComparison.Ordinal))
            {
                return arguments[at]["--language=".Length..];
            }
        }

        return null;
    }
}
