using System.CommandLine;
using Rivet.Client;
using Rivet.Kernel;

namespace Rivet.Cli.Commands;

/// <summary>
/// <c>rivet listen</c>: every entry that comes to this home, once. A batch counts as printed when it was flushed; killed
/// between the flush and the note of it, the next run prints that batch (at most 64 lines) again, marked
/// <c>"again":true</c>.
/// </summary>
internal static class ListenCommand
{
    private const string Reader = "listen";

    /// <summary>How long an entry waits for the company's key server before it is printed as it is.</summary>
    private static readonly TimeSpan KeyPatience = TimeSpan.FromSeconds(15);

    public static Command Build(Options options)
    {
        var onlyNew = new Option<bool>("--new") { Description = options.Words["option.new"] };
        return CommandShape.Of("listen", options, [onlyNew], (parsed, session, ct) => ListenAsync(session, parsed.GetValue(onlyNew), ct));
    }

    private static async Task ListenAsync(Session session, bool onlyNew, CancellationToken ct)
    {
        session.Client.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = WatchAsync(session, stop);
        var text = new TimelineText(session.Names, session.Words, TimeZoneInfo.Local);
        await foreach (var batch in session.Client.ArrivalsAsync(Reader, onlyNew, stop.Token))
        {
            if (!await PrintAsync(session, text, batch, stop.Token))
            {
                break;
            }
        }

        await stop.CancelAsync();
        if (await watching is { } ended && !ct.IsCancellationRequested)
        {
            throw session.Refused(new ClientRefusal(ended.Reason));
        }
    }

    /// <summary>False when it was stopped in between: the rest of the batch comes again.</summary>
    private static async Task<bool> PrintAsync(Session session, TimelineText text, IReadOnlyList<Arrived> batch, CancellationToken ct)
    {
        foreach (var arrived in batch)
        {
            OpenedEntry opened;
            try
            {
                opened = await session.Client.OpenAsync(arrived.Entry, KeyPatience, ct);
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            Print(session, text, arrived, opened);
            await session.Output.FlushAsync(CancellationToken.None);
        }

        return true;
    }

    private static void Print(Session session, TimelineText text, Arrived arrived, OpenedEntry opened)
    {
        if (session.Json)
        {
            EntryJson.Write(session.Output, arrived.Entry, opened, session.Names, arrived.MayBeAgain);
            return;
        }

        var conversation = EntityId.Read<ConversationId>(arrived.Entry.ConversationId.Span);
        var title = session.Client.Conversation(conversation) is { } known ? session.Names.Conversation(known) : Names.Short(arrived.Entry.ConversationId);
        foreach (var line in EntryLine.Of(arrived.Entry, opened, text, session.Names, session.Words))
        {
            session.Output.WriteLine($"[{title}] {line}");
        }
    }

    /// <summary>Says on the error stream how the link is; gives the status when it has ended for good, and stops the listening.</summary>
    private static async Task<LinkStatus?> WatchAsync(Session session, CancellationTokenSource stop)
    {
        var last = "";
        try
        {
            while (true)
            {
                var seen = session.Client.Changes;
                var status = session.Client.Status;
                if (status.Phase is LinkPhase.Ended)
                {
                    await stop.CancelAsync();
                    return status;
                }

                if (status.Phase is LinkPhase.Offline && status.Reason.Length > 0 && status.Reason != last)
                {
                    await session.Error.WriteLineAsync(session.Words["listen.offline", session.Words.Say(new ClientRefusal(status.Reason))]);
                }

                last = status.Phase is LinkPhase.Online ? "" : status.Reason.Length > 0 ? status.Reason : last;
                await session.Client.ChangedAsync(seen, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
