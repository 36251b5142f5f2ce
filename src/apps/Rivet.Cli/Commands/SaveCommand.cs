using System.CommandLine;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet save CONVERSATION MESSAGE FOLDER</c>: copies a message's files out.</summary>
internal static class SaveCommand
{
    public static Command Build(Options options)
    {
        var where = CommandShape.Conversation(options);
        var message = CommandShape.Message(options);
        var folder = new Argument<string>("FOLDER") { Description = options.Words["argument.folder"] };
        return CommandShape.Of("save", options, [where, message, folder], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            var (id, _) = session.Names.FindConversation(parsed.GetValue(where)!);
            var timeline = session.Client.TimelineOf(id);
            await session.Client.OpenAsync(timeline, TimeSpan.FromSeconds(15), ct);
            var item = timeline.Find(parsed.GetValue(message));
            if (item is { Seal: not (SealState.None or SealState.Opened) })
            {
                throw new CliExit(ExitCode.Refused, new TimelineText(session.Names, session.Words, TimeZoneInfo.Local).Closed(item.Seal));
            }

            var files = item?.Attachments ?? [];
            if (files.Count == 0)
            {
                throw new CliExit(ExitCode.NoSuchName, session.Words["save.no-files", parsed.GetValue(message)]);
            }

            foreach (var file in files)
            {
                var path = FreePath(Directory.CreateDirectory(parsed.GetValue(folder)!).FullName, file.Name);
                var got = await GetAsync(session, id, file, path, ct);
                if (!got.TryGet(out var size, out var why))
                {
                    File.Delete(path); // Half a file, or one that somebody changed, is no file.
                    throw session.Refused(why);
                }

                await session.Output.WriteLineAsync(session.Words["save.done", Plain.Line(path), size]);
            }
        });
    }

    private static async Task<Result<long, ClientRefusal>> GetAsync(Session session, ConversationId id, Attachment file, string path, CancellationToken ct)
    {
        await using var target = new FileStream(path, FileMode.CreateNew);
        return await session.Client.GetFileAsync(id, EntityId.Read<FileId>(file.FileId.Span), target, ct);
    }

    /// <summary>A sender's name never leaves the folder, never overwrites, never hides.</summary>
    internal static string FreePath(string folder, string name)
    {
        var safe = string.Concat(Plain.Line(name).Select(letter => letter is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' ? '_' : letter)).Trim().TrimStart('.');
        safe = safe.Length switch
        {
            0 => "file",
            > 120 => safe[^120..],
            _ => safe,
        };
        var path = Path.Combine(folder, safe);
        for (var copy = 2; Path.Exists(path); copy++)
        {
            path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(safe)} ({copy}){Path.GetExtension(safe)}");
        }

        return path;
    }
}
