using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Sealing;

/// <summary>An event with the outbox row that announced it.</summary>
internal readonly record struct ArrivedEvent(OutboxRow Row, SecurityEvent Fact)
{
    /// <summary>Reads a row. An unreadable one must not stop the log, and must not vanish either.</summary>
    public static ArrivedEvent Read(OutboxRow row, TimeProvider time, ILogger log)
    {
        try
        {
            return new(row, SecurityEvents.Read(row));
        }
        catch (FormatException exception)
        {
            Log.Unreadable(log, row.Position, exception);
            var position = row.Position.ToString(CultureInfo.InvariantCulture);
            var company = EntityId.TryRead<CompanyId>(row.Company, out var known) ? known : default;
            return new(row, new()
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
            });
        }
    }
}
