using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>
/// One import on its way. One reader makes batches, channel after channel; a few are under way at a time, but of one
/// conversation only one, because entries point at earlier ones.
/// </summary>
internal sealed class ImportRun(
    IImportTarget target, TimeProvider time, SlackArchive archive, SlackPhrases phrases, IProgress<SlackImportProgress>? progress)
    : IDisposable
{
    private const int PeopleAtATime = 500;
    private const int MembersAtATime = 2_000;
    private const int BatchesUnderWay = 4;

    private readonly PatientTarget server = new(target, time);
    private readonly SemaphoreSlim underWay = new(BatchesUnderWay, BatchesUnderWay);
    private readonly Roster roster = new();
    private readonly Tally total = new();
    private readonly Lock gate = new();
    private readonly List<Task> lanes = [];
    private volatile Refusal? refusal;

    public async Task<Result<SlackImportReport, SlackImportFailure>> RunAsync(CancellationToken ct)
    {
        SlackDamage? damage = null;
        try
        {
            Report("");
            await PeopleAsync(archive.People.Select(Roster.Of), ct);
            var people = archive.People.DistinctBy(person => person.Id).ToDictionary(person => person.Id, StringComparer.Ordinal);
            foreach (var channel in archive.Channels)
            {
                damage ??= refusal is null ? await ChannelAsync(channel, Conversations.Title(channel, people), ct) : null;
            }
        }
        finally
        {
            await Task.WhenAll(lanes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ct.ThrowIfCancellationRequested();
        await Task.WhenAll(lanes);
        var report = total.ToReport();
        return damage is null && refusal is null ? report : new SlackImportFailure(damage, refusal, report);
    }

    public void Dispose() => underWay.Dispose();

    private async Task PeopleAsync(IEnumerable<ImportedPerson> people, CancellationToken ct)
    {
        foreach (var chunk in people.DistinctBy(person => person.ExternalId).Chunk(PeopleAtATime))
        {
            var request = new ImportPeopleRequest { Source = archive.Source };
            request.People.Add(chunk);
            var answer = await server.AskAsync(Method.ImportPeople, request, ImportPeopleResponse.Parser, ct);
            if (!answer.TryGet(out var imported, out var why) || imported.PersonIds.Count != chunk.Length)
            {
                refusal ??= why ?? Confused("people");
                return;
            }

            foreach (var (person, id) in chunk.Zip(imported.PersonIds))
            {
                roster.Add(person, id);
            }

            lock (gate)
            {
                total.People += chunk.Length;
                total.PeopleAdded += (int)imported.Added;
            }
        }
    }

    private async Task<SlackDamage?> ChannelAsync(SlackChannel channel, string title, CancellationToken ct)
    {
        if (await ConversationAsync(channel, title, ct) is not { } conversation)
        {
            return null;
        }

        var maker = new EntryMaker(roster, phrases);
        var files = new FileCarrier(server, archive, phrases, channel, conversation);
        var lane = new Lane(this, title);
        var batch = new Batch(conversation);
        SlackDamage? damage = null;
        foreach (var read in archive.Records(channel))
        {
            ct.ThrowIfCancellationRequested();
            if (refusal is not null || !read.TryGet(out var record, out damage))
            {
                break;
            }

            await PeopleAsync(roster.MissingOf(record, phrases), ct);
            var carried = refusal is null ? await files.CarryAsync(record, ct) : default;
            if (!carried.TryGet(out var attached, out var stopped))
            {
                damage = stopped?.Damage;
                refusal ??= stopped?.Refusal;
                break;
            }

            var tally = new Tally { Bytes = record.Bytes };
            foreach (var entry in maker.Make(record, attached, tally))
            {
                if (!batch.TryAdd(entry))
                {
                    await lane.SendAsync(batch, ct);
                    batch = new Batch(conversation);
                    batch.TryAdd(entry);
                }
            }

            batch.Tally.Add(tally);
        }

        if (refusal is null)
        {
            await lane.SendAsync(batch, ct);
        }

        return damage;
    }

    private async Task<ByteString?> ConversationAsync(SlackChannel channel, string title, CancellationToken ct)
    {
        ByteString? id = null;
        var existed = false;
        var members = Conversations.Members(channel, roster).Chunk(MembersAtATime).DefaultIfEmpty([]);
        foreach (var some in members)
        {
            var request = new ImportConversationRequest { Source = archive.Source, ExternalId = channel.Id, Title = title };
            request.Members.Add(some);
            var answer = await server.AskAsync(Method.ImportConversation, request, ImportConversationResponse.Parser, ct);
            if (!answer.TryGet(out var imported, out var why) || imported.Conversation is null)
            {
                refusal ??= why ?? Confused("conversation");
                return null;
            }

            existed |= id is null && imported.Existed;
            id = imported.Conversation.ConversationId;
        }

        lock (gate)
        {
            total.Channels++;
            total.ChannelsAdded += existed ? 0 : 1;
        }

        return id;
    }

    private void Report(string channel)
    {
        SlackImportProgress now;
        lock (gate)
        {
            now = new SlackImportProgress(total.Bytes, archive.DayBytes, total.Records, channel);
        }

        progress?.Report(now);
    }

    private static Refusal Confused(string what) => new()
    {
        Code = RefusalCode.Internal,
        Reason = "import.answer",
        Detail = $"The server's answer about {what} does not fit the question.",
    };

    /// <summary>The batches of one conversation, one after another.</summary>
    private sealed class Lane(ImportRun run, string title)
    {
        private Task last = Task.CompletedTask;

        public async Task SendAsync(Batch batch, CancellationToken ct)
        {
            await run.underWay.WaitAsync(ct);
            last = AfterAsync(last, batch, ct);
            run.lanes.Add(last);
        }

        private async Task AfterAsync(Task previous, Batch batch, CancellationToken ct)
        {
            try
            {
                await previous;
                if (run.refusal is null && await StoreAsync(batch, ct))
                {
                    lock (run.gate)
                    {
                        run.total.Add(batch.Tally);
                    }

                    run.Report(title);
                }
            }
            finally
            {
                run.underWay.Release();
            }
        }

        private async Task<bool> StoreAsync(Batch batch, CancellationToken ct)
        {
            if (batch.IsEmpty)
            {
                return true;
            }

            var answer = await run.server.AskAsync(Method.ImportEntries, batch.Request, ImportEntriesResponse.Parser, ct);
            if (!answer.TryGet(out var stored, out var why))
            {
                run.refusal ??= why;
                return false;
            }

            batch.Tally.EntriesAdded += stored.Added;
            batch.Tally.EntriesExisted += stored.Existed;
            return true;
        }
    }
}
