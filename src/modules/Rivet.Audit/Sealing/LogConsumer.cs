using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Audit.Keys;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Sealing;

/// <summary>
/// Brings every security event into its log once, in the order of the outbox, with the checkpoint that seals it, in the
/// transaction that moves the cursor.
/// </summary>
internal sealed class LogConsumer(IStore store, EntrySealing entries, LogIdentity identity, LogNews news, TimeProvider time, ILogger<LogConsumer> log) : IOutboxConsumer
{
    public string Name => "audit";

    public string Topic => SecurityEvents.Topic;

    public async ValueTask<Action<WriteTransaction>> PrepareAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct)
    {
        var works = new List<Action<WriteTransaction>>();
        foreach (var company in rows.Select(Read).GroupBy(fact => fact.Actor.Company))
        {
            works.Add(await GrowAsync(company.Key, [.. company], ct));
        }

        return transaction => works.ForEach(work => work(transaction));
    }

    private async ValueTask<Action<WriteTransaction>> GrowAsync(CompanyId company, SecurityEvent[] events, CancellationToken ct)
    {
        var signer = await identity.OfAsync(company, ct);
        var growth = await store.ReadAsync(session => LogGrowth.Begin(session, company), ct);
        foreach (var entry in await entries.SealAsync(company, events, ct))
        {
            growth.Append(entry);
        }

        var checkpoint = await signer.SignAsync(growth.Tree, ct);
        return transaction =>
        {
            if (LogKeyTable.CountOf(transaction, company) != signer.Statements.Count)
            {
                throw new InvalidOperationException("The log's key was replaced meanwhile: the next attempt signs with the new one.");
            }

            growth.Store(transaction, signer.Note, checkpoint, time.GetUtcNow());
            transaction.AfterCommit(() => news.Tell(company, growth.Tree.Count));
        };
    }

    /// <summary>An unreadable row must not stop the log, and must not vanish either.</summary>
    private SecurityEvent Read(OutboxRow row)
    {
        try
        {
            return SecurityEvents.Read(row);
        }
        catch (FormatException exception)
        {
            Log.Unreadable(log, row.Position, exception);
            var position = row.Position.ToString(CultureInfo.InvariantCulture);
            var company = EntityId.TryRead<CompanyId>(row.Company, out var known) ? known : default;
            return new()
            {
                Id = new(new Guid(SHA256.HashData(Encoding.ASCII.GetBytes("unreadable outbox row " + position)).AsSpan(0, 16), bigEndian: true)),
                At = time.GetUtcNow(),
                Kind = AuditEvents.Unreadable,
                Actor = Subject.OfSystem(company),
                Target = new("outbox", Guid.Empty, company),
                Outcome = EventOutcome.Failure,
                Details = new Dictionary<string, string>
                {
                    ["position"] = position,
                    ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(row.Payload)),
                },
            };
        }
    }
}
