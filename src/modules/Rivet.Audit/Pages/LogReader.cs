using Rivet.Audit.Boards;
using Rivet.Audit.SavedQueries;
using Rivet.Audit.Sealing;
using Rivet.Audit.Witnessing;
using Rivet.Hosting.Pages;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Pages;

/// <summary>The log for one open page: every look asks whether the visitor may.</summary>
internal sealed class LogReader(
    IPageAsker asker, IAuditSearch search, IAuditAnalysis analysis, IAuditLog log, SavedQueryBook queries, BoardBook boards, LogNews news, IStore store)
{
    /// <summary>What reading the log takes.</summary>
    public static readonly Permission Permission = new("audit.read");

    public ValueTask<Result<AuditFound, AuditRefusal>> FindAsync(AuditQuery query, long? before, int count, CancellationToken ct)
        => AskAsync(AuditRefusal.WrongPermit, permit => search.FindAsync(permit, query, before, count, ct), ct);

    public ValueTask<Result<AuditCounts, AuditRefusal>> CountAsync(AuditQuery query, IReadOnlyList<AuditGrouping> groupings, CancellationToken ct)
        => AskAsync(AuditRefusal.WrongPermit, permit => analysis.CountAsync(permit, query, groupings, ct), ct);

    /// <summary>How the visitor's log stands; null while it grows as usual, and for whoever may not read it.</summary>
    public async ValueTask<LogStanding?> StandingAsync(CancellationToken ct)
        => (await AskAsync(AuditRefusal.WrongPermit, permit => log.ReadStandingAsync(permit.Company, ct), ct)).TryGet(out var standing, out _) ? standing : null;

    /// <summary>When the entry happened from which on was counted; null where that is all that was wanted.</summary>
    public async ValueTask<DateTimeOffset?> SinceAsync(AuditCounts counts, CancellationToken ct)
        => counts.FromIndex > 0 && (await FindAsync(new AuditQuery { FromIndex = counts.FromIndex }, counts.FromIndex + 1, 1, ct)).TryGet(out var found, out _) && found.Entries is [var first, ..]
            ? first.Event.At : null;

    /// <summary>Works with the company's board.</summary>
    public ValueTask<Result<Board, BoardRefusal>> BoardAsync(Func<BoardBook, Permit, ValueTask<Result<Board, BoardRefusal>>> work, CancellationToken ct)
        => AskAsync(BoardRefusal.WrongPermit, permit => work(boards, permit), ct);

    public ValueTask<Result<AuditProof, AuditRefusal>> ProveAsync(long index, CancellationToken ct)
        => AskAsync(AuditRefusal.WrongPermit, permit => log.ProveAsync(permit, index, ct), ct);

    public ValueTask<Result<string, AuditRefusal>> ReceiptAsync(long index, CancellationToken ct)
        => AskAsync(AuditRefusal.WrongPermit, permit => log.ReadReceiptAsync(permit, index, ct), ct);

    /// <summary>The keys of those who are asked to cosign, which are no secret; none where they cannot be read.</summary>
    public async ValueTask<IReadOnlyList<NoteKey>> WitnessesAsync(CancellationToken ct)
        => (await AskAsync<IReadOnlyList<NoteKey>, AuditRefusal>(AuditRefusal.WrongPermit, permit => KeysAsync(permit.Company, ct), ct)).TryGet(out var keys, out _) ? keys : [];

    public ValueTask<Result<IReadOnlyList<SavedQuery>, SavedQueryRefusal>> SavedAsync(CancellationToken ct)
        => AskAsync(SavedQueryRefusal.WrongPermit, permit => queries.ListAsync(permit, ct), ct);

    public ValueTask<Result<SavedQuery, SavedQueryRefusal>> SaveAsync(string name, string query, CancellationToken ct)
        => AskAsync(SavedQueryRefusal.WrongPermit, permit => queries.AddAsync(permit, name, query, ct), ct);

    public ValueTask<Result<Guid, SavedQueryRefusal>> ForgetAsync(Guid id, CancellationToken ct)
        => AskAsync(SavedQueryRefusal.WrongPermit, permit => queries.RemoveAsync(permit, id, ct), ct);

    /// <summary>Ends when the visitor's log grows next; null when nobody is signed in any more.</summary>
    public async ValueTask<Task<long>?> NextAsync()
        => await asker.ReadSubjectAsync() is { Kind: not SubjectKind.None } subject ? news.Next(subject.Company) : null;

    private async ValueTask<Result<IReadOnlyList<NoteKey>, AuditRefusal>> KeysAsync(CompanyId company, CancellationToken ct)
    {
        try
        {
            return (await store.ReadAsync(session => WitnessTable.Of(session, company), ct)).ConvertAll(row => row.Key);
        }
        catch (StoreUnavailableException)
        {
            return AuditRefusal.Unavailable;
        }
    }

    private async ValueTask<Result<T, TRefusal>> AskAsync<T, TRefusal>(TRefusal refusal, Func<Permit, ValueTask<Result<T, TRefusal>>> work, CancellationToken ct)
        where TRefusal : struct, Enum
        => (await asker.AskAsync(Permission, resource: null, ct)).Permit is { } permit ? await work(permit) : refusal;
}
