using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>Keeps every security event once, in the order of the outbox, in the transaction that moves the cursor.</summary>
internal sealed class AuditConsumer(TimeProvider time, ILogger<AuditConsumer> log) : IOutboxConsumer
{
    public string Name => "audit";

    public string Topic => SecurityEvents.Topic;

    public void Handle(WriteTransaction transaction, IReadOnlyList<OutboxRow> rows)
    {
        var (sequence, hash) = Head(transaction);
        foreach (var row in rows)
        {
            var next = ChainRow.Of(Read(row), sequence + 1, hash);
            if (Append(transaction, next))
            {
                (sequence, hash) = (next.Sequence, next.Hash);
            }
        }

        transaction.Execute(
            """
            INSERT INTO audit_head (one, sequence, hash) VALUES (1, $1, $2)
            ON CONFLICT (one) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
            """,
            sequence, hash);
    }

    /// <summary>Where the chain goes on. Not the last row: if somebody cut rows off, the gap must stay to be seen.</summary>
    public static (long Sequence, byte[] Hash) Head(ReadSession session)
    {
        var head = session.QueryFirst(
            "SELECT sequence, hash FROM audit_head", row => (Sequence: row.GetInt64(0), Hash: (byte[])row.GetValue(1)));
        return head.Hash is null ? (0, new byte[ChainRow.HashSize]) : head;
    }

    private static bool Append(WriteTransaction transaction, ChainRow row)
        => transaction.Execute(
            $"""
            INSERT INTO audit_event ({ChainRow.Columns})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT (event_id) DO NOTHING
            """,
            row.Sequence, row.EventId, row.Company, row.AtMs, row.Kind, (long)row.ActorKind, row.ActorPerson, row.ActorVia,
            row.TargetKind, row.TargetId, row.TargetCompany, (long)row.Outcome, row.DetailsJson, row.PreviousHash, row.Hash) == 1;

    /// <summary>An unreadable row must not stop the log, and must not vanish either.</summary>
    private SecurityEvent Read(OutboxRow row)
    {
        try
        {
            return SecurityEvents.Read(row);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            Log.Unreadable(log, row.Position, exception);
            var position = row.Position.ToString(CultureInfo.InvariantCulture);
            var company = EntityId.TryRead<CompanyId>(row.Company, out var known) ? known : default;
            return new()
            {
                Id = new(new Guid(SHA256.HashData(Encoding.ASCII.GetBytes("unreadable outbox row " + position)).AsSpan(0, 16), bigEndian: true)),
                At = time.GetUtcNow(),
                Kind = "audit.event.unreadable",
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
