using Microsoft.Extensions.Logging;
using Rivet.Audit.Aside;
using Rivet.Audit.Entries;
using Rivet.Audit.Receipts;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Reading;

/// <summary>Reads the logs for who is permitted to.</summary>
internal sealed class AuditLog(IStore store, LogIdentity identity, EntryOpening opening, ReceiptMaker receipts, ILogger<AuditLog> log) : IAuditLog
{
    private const string Permission = "audit.read";
    private const int MostAtOnce = 1000;

    public ValueTask<Result<LogHead?, AuditRefusal>> ReadHeadAsync(CompanyId company, CancellationToken ct) => SafelyAsync<LogHead?>(async () =>
    {
        var row = await store.ReadAsync(session => LogTable.Find(session, company), ct);
        return row is null ? (LogHead?)null : await HeadAsync(row, ct);
    });

    public ValueTask<Result<LogStanding?, AuditRefusal>> ReadStandingAsync(CompanyId company, CancellationToken ct) => SafelyAsync<LogStanding?>(
        async () => (await store.ReadAsync(session => AsideTable.Find(session, company), ct))?.Shown());

    public ValueTask<Result<IReadOnlyList<AuditEntry>, AuditRefusal>> ReadLastAsync(Permit permit, int count, CancellationToken ct)
        => PermittedAsync<IReadOnlyList<AuditEntry>>(permit, async () =>
        {
            var (from, stored) = await store.ReadAsync(
                session =>
                {
                    var size = LogTable.Find(session, permit.Company)?.Size ?? 0;
                    var first = Math.Max(0, size - Math.Clamp(count, 1, MostAtOnce));
                    return (first, LogTable.Entries(session, permit.Company, first, size));
                },
                ct);
            return Enumerable.Reverse(await opening.OpenAsync(permit.Company, from, stored, ct)).ToArray();
        });

    public ValueTask<Result<IReadOnlyList<AuditEntry>, AuditRefusal>> ReadAsync(Permit permit, long from, int count, CancellationToken ct)
        => PermittedAsync<IReadOnlyList<AuditEntry>>(permit, async () =>
        {
            var first = Math.Max(0, from);
            var stored = await store.ReadAsync(
                session => LogTable.Entries(
                    session, permit.Company, first, Math.Min(LogTable.Find(session, permit.Company)?.Size ?? 0, first + Math.Clamp(count, 1, MostAtOnce))),
                ct);
            return await opening.OpenAsync(permit.Company, first, stored, ct);
        });

    public ValueTask<Result<AuditProof, AuditRefusal>> ProveAsync(Permit permit, long index, CancellationToken ct)
        => PermittedAsync<AuditProof>(permit, async () =>
        {
            var company = permit.Company;
            var found = await store.ReadAsync(
                session => LogTable.Find(session, company) is { } row && index >= 0 && index < row.Size && LogTable.Entries(session, company, index, index + 1) is [var bytes]
                    ? (Row: row, Bytes: bytes, Path: Prover(session, row).Inclusion(index, row.Size))
                    : default,
                ct);
            return found.Row is null
                ? AuditRefusal.Unknown
                : new AuditProof((await opening.OpenAsync(company, index, [found.Bytes], ct))[0], found.Bytes, found.Path, await HeadAsync(found.Row, ct));
        });

    public ValueTask<Result<string, AuditRefusal>> ReadReceiptAsync(Permit permit, long index, CancellationToken ct)
        => PermittedAsync(permit, () => receipts.MakeAsync(permit.Company, index, ct));

    private async ValueTask<LogHead> HeadAsync(LogRow row, CancellationToken ct)
        => new((await identity.OfAsync(row.Log, ct)).Note.ToString(), row.Checkpoint, row.Size, DateTimeOffset.FromUnixTimeMilliseconds(row.SealedMs));

    /// <summary>Proofs out of a log's tiles, each read once.</summary>
    internal static ProofMaker Prover(ReadSession session, LogRow row)
    {
        var tiles = new Dictionary<TilePath, byte[]>();
        return new ProofMaker(new TileReader(row.Size, path =>
        {
            if (!tiles.TryGetValue(path, out var hashes))
            {
                tiles.Add(path, hashes = LogTable.FindTile(session, row.Log, path.Level, path.Index) ?? []);
            }

            return hashes;
        }).Read);
    }

    private async ValueTask<Result<T, AuditRefusal>> PermittedAsync<T>(Permit permit, Func<ValueTask<Result<T, AuditRefusal>>> read)
        => permit.Question.Permission.Name == Permission && permit.Question.Resource == Resource.Of(permit.Company)
            ? await SafelyAsync(read)
            : AuditRefusal.WrongPermit;

    private async ValueTask<Result<T, AuditRefusal>> SafelyAsync<T>(Func<ValueTask<Result<T, AuditRefusal>>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }
}
