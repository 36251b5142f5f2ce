using System.CommandLine;
using System.Text;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet send CONVERSATION TEXT</c>: the message is in the home's queue before anything is sent.</summary>
internal static class SendCommand
{
    public static Command Build(Options options)
    {
        var words = options.Words;
        var where = CommandShape.Conversation(options);
        var text = new Argument<string?>("TEXT") { Description = words["argument.text"], Arity = ArgumentArity.ZeroOrOne };
        var reply = new Option<ulong>("--reply") { Description = words["option.reply"], HelpName = "MESSAGE" };
        var file = new Option<string[]>("--file") { Description = words["option.file"], HelpName = "FILE" };
        var wait = new Option<double>("--wait") { Description = words["option.wait"], DefaultValueFactory = _ => 30, HelpName = "SECONDS" };
        return CommandShape.Of("send", options, [where, text, reply, file, wait], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var id = await FindAsync(session, parsed.GetValue(where)!, ct);
            var said = parsed.GetValue(text) ?? await ReadAllAsync(ct);
            var files = new List<Attachment>();
            foreach (var path in parsed.GetValue(file) ?? [])
            {
                files.Add(await PutAsync(session, id, path, ct));
            }

            if (said.Length == 0 && files.Count == 0)
            {
                throw new CliExit(ExitCode.Usage, words["send.nothing"]);
            }

            await SendAsync(session, id, Composer.Post(said, parsed.GetValue(reply), session.Client.People(), files), Seconds(parsed.GetValue(wait)), ct);
        });
    }

    /// <summary>Sends and waits for the server's commit; past the wait the message stays in the queue.</summary>
    public static async Task SendAsync(Session session, ConversationId id, Content content, TimeSpan wait, CancellationToken ct)
    {
        if (content is { Post.Body.Text: var text } && Encoding.UTF8.GetByteCount(text) > Composer.MaxTextBytes)
        {
            throw new CliExit(ExitCode.Usage, session.Words["send.too-long", Composer.MaxTextBytes]);
        }

        session.Client.Start();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(wait);
        var sent = session.Take(await session.Client.SendAsync(id, content, new Waits(session), patience.Token));
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "sent");
                json.WriteString("conversation", sent.Conversation.ToString());
                json.WriteNumber("sequence", sent.Sequence);
                json.WriteString("messageId", Convert.ToHexStringLower(sent.MessageId.Span));
                json.Time("time", sent.AppendedMs);
            });
        }
        else
        {
            await session.Output.WriteLineAsync(session.Words["send.done", sent.Sequence]);
        }
    }

    /// <summary>Says at once that the message waits; <see cref="Progress{T}"/> would say it later, from another thread.</summary>
    private sealed class Waits(Session session) : IProgress<PendingMessage>
    {
        public void Report(PendingMessage value) => session.Error.WriteLine(session.Words.Waits(value));
    }

    /// <summary>What the home knows is tried first, so that sending works, and queues, without a link.</summary>
    public static async Task<ConversationId> FindAsync(Session session, string text, CancellationToken ct)
    {
        try
        {
            return session.Names.FindConversation(text).Id;
        }
        catch (CliExit) when (!ct.IsCancellationRequested)
        {
            await session.RefreshAsync(ct);
            return session.Names.FindConversation(text).Id;
        }
    }

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400));

    private static async Task<string> ReadAllAsync(CancellationToken ct)
    {
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return (await input.ReadToEndAsync(ct)).TrimEnd('\r', '\n');
    }

    private static async Task<Attachment> PutAsync(Session session, ConversationId id, string path, CancellationToken ct)
    {
        try
        {
            await using var file = File.OpenRead(path);
            return session.Take(await session.Client.PutFileAsync(id, Path.GetFileName(path), MediaTypes.Of(path), file, progress: null, ct));
        }
        catch (Exception unreadable) when (unreadable is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new CliExit(ExitCode.Usage, session.Words["file.unreadable", Plain.Line(path)]);
        }
    }
}
