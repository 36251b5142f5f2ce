using System.Buffers;
using System.Text.Json;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Exporting;

/// <summary>Reads what a destination gets next out of its company's log.</summary>
internal sealed class ExportReader(IStore store, EntryOpening opening, LogIdentity identity)
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>
    /// The next batch: at most a bundle of the log and about a mebibyte, or exactly the one that was not taken last time; null when there is nothing.
    /// </summary>
    /// <exception cref="LogUnavailableException">The log cannot be read whole now: what is missing for the moment must not be sent as missing.</exception>
    public async ValueTask<ExportBatch?> ReadAsync(ExportRow row, ExportSettings settings, CancellationToken ct)
    {
        var (size, stored) = await store.ReadAsync(
            session =>
            {
                var size = LogTable.Find(session, row.Company)?.Size ?? 0;
                var until = Math.Min(size, row.Until ?? ((row.Next / TilePath.FullWidth) + 1) * TilePath.FullWidth);
                return (size, LogTable.Entries(session, row.Company, row.Next, until));
            },
            ct);
        if (row.Next >= size)
        {
            return null;
        }

        if (stored.Count == 0 || row.Next + stored.Count < row.Until)
        {
            throw new LogUnavailableException($"Entry {row.Next + stored.Count} of the log cannot be read.");
        }

        var origin = (await identity.OfAsync(row.Company, ct)).Note.Name;
        return Render(row, settings, origin, await opening.OpenAsync(row.Company, row.Next, stored, ct));
    }

    /// <summary>A line that is no event of the log.</summary>
    public async ValueTask<ExportBatch> TestAsync(ExportRow row, SecurityEvent fact, CancellationToken ct)
    {
        var entry = new AuditEntry { Index = -1, Hash = "", Event = fact, Content = AuditContentState.Readable, People = AuditContentState.Readable };
        var origin = (await identity.OfAsync(row.Company, ct)).Note.Name;
        return new ExportBatch(fact.Id.Value, origin, -1, -1, [new ExportLine(entry, Json(origin, entry))]);
    }

    private static ExportBatch Render(ExportRow row, ExportSettings settings, string origin, AuditEntry[] entries)
    {
        var (lines, bytes, to) = (new List<ExportLine>(), 0, row.Next);
        foreach (var read in entries)
        {
            var entry = Named(read);
            if (entry.Content is AuditContentState.Unavailable || entry.People is AuditContentState.Unavailable)
            {
                throw new LogUnavailableException("The vault does not open the log's entries now.");
            }

            if (settings.Wants(entry.Event))
            {
                var json = Json(origin, entry);
                if (row.Until is null && lines.Count > 0 && bytes + json.Length > MostBytes)
                {
                    break;
                }

                lines.Add(new(entry, json));
                bytes += json.Length;
            }

            to = entry.Index + 1;
        }

        return new ExportBatch(row.Id, origin, row.Next, to, lines);
    }

    /// <summary>Bytes that are no entry any more have no identifier: they get one of their own, so that receivers keep all of them apart.</summary>
    private static AuditEntry Named(AuditEntry entry)
        => entry.Event.Id != default ? entry : entry with { Event = entry.Event with { Id = new(new Guid(Convert.FromHexString(entry.Hash).AsSpan(0, EntityId.Size), bigEndian: true)) } };

    private static byte[] Json(string origin, AuditEntry entry)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output))
        {
            OcsfJson.Write(json, origin, entry);
        }

        return output.WrittenSpan.ToArray();
    }
}
