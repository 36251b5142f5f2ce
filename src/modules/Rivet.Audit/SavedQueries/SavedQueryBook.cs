using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Audit.SavedQueries;

/// <summary>The named searches of a company, sealed: a query may name people. Whoever may read the log may add and remove them.</summary>
internal sealed class SavedQueryBook(IStore store, IVault vault, TimeProvider time, ILogger<SavedQueryBook> log)
{
    private const string Application = "audit.queries";
    private const string Permission = "audit.read";
    private const int LongestQuery = 2000;

    /// <summary>All of them by name; those whose key was destroyed are left out.</summary>
    public ValueTask<Result<IReadOnlyList<SavedQuery>, SavedQueryRefusal>> ListAsync(Permit permit, CancellationToken ct)
        => PermittedAsync<IReadOnlyList<SavedQuery>>(permit, async () =>
        {
            var rows = await store.ReadAsync(session => SavedQueryTable.List(session, permit.Company), ct);
            var items = rows.Select(row => new Ciphertext(row.Content, SavedQuery.Context(permit.Company, row.Id))).ToArray();
            var opened = await vault.OpenAsync(permit.Company, Application, items, ct);
            return rows.Zip(opened, (row, text) => text.TryGet(out var bytes, out _) ? SavedQuery.Read(row.Id, bytes) : null)
                .OfType<SavedQuery>().OrderBy(query => query.Name, StringComparer.CurrentCultureIgnoreCase).ToArray();
        });

    /// <summary>Keeps one.</summary>
    public ValueTask<Result<SavedQuery, SavedQueryRefusal>> AddAsync(Permit permit, string name, string query, CancellationToken ct)
        => PermittedAsync<SavedQuery>(permit, async () =>
        {
            if (name.Trim() is not { Length: > 0 and <= SavedQuery.LongestName } trimmed || query.Length > LongestQuery)
            {
                return SavedQueryRefusal.OutOfBounds;
            }

            var saved = new SavedQuery(Guid.CreateVersion7(time.GetUtcNow()), trimmed, query);
            var scope = KeyScope.Of(permit.Company, Application, KeyPeriod.Unbounded);
            if (!(await vault.SealAsync(scope, new Plaintext[] { new(saved.ToBytes(), SavedQuery.Context(permit.Company, saved.Id)) }, ct)).TryGet(out var sealedBytes, out _))
            {
                return SavedQueryRefusal.Unavailable;
            }

            return await store.WriteAsync<Result<SavedQuery, SavedQueryRefusal>>(
                transaction =>
                {
                    if (!SavedQueryTable.Add(transaction, permit.Company, saved.Id, sealedBytes[0]))
                    {
                        return SavedQueryRefusal.Full;
                    }

                    Record(transaction, permit, AuditEvents.QuerySaved, saved.Id);
                    return saved;
                },
                ct);
        });

    /// <summary>Forgets one; it is no fault when it is not there.</summary>
    public ValueTask<Result<Guid, SavedQueryRefusal>> RemoveAsync(Permit permit, Guid id, CancellationToken ct)
        => PermittedAsync<Guid>(permit, async () =>
        {
            await store.WriteAsync(
                transaction =>
                {
                    if (SavedQueryTable.Remove(transaction, permit.Company, id))
                    {
                        Record(transaction, permit, AuditEvents.QueryRemoved, id);
                    }

                    return 0;
                },
                ct);
            return id;
        });

    /// <summary>Which one, and not what it asks: that may name people.</summary>
    private void Record(WriteTransaction transaction, Permit permit, EventKind kind, Guid id) => transaction.Record(new SecurityEvent
    {
        Id = EntityId.New<EventId>(time),
        At = time.GetUtcNow(),
        Kind = kind,
        Actor = permit.Subject,
        Target = permit.Question.Resource,
        Outcome = EventOutcome.Success,
        Details = new Dictionary<string, string> { ["query"] = id.ToString("N") },
    });

    private async ValueTask<Result<T, SavedQueryRefusal>> PermittedAsync<T>(Permit permit, Func<ValueTask<Result<T, SavedQueryRefusal>>> work)
    {
        if (permit.Question.Permission.Name != Permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return SavedQueryRefusal.WrongPermit;
        }

        try
        {
            return await work();
        }
        catch (LogBehindException)
        {
            return SavedQueryRefusal.LogBehind;
        }
        catch (StoreUnavailableException exception)
        {
            Log.ReadFailed(log, exception);
            return SavedQueryRefusal.Unavailable;
        }
    }
}

/// <summary>Why a saved query is refused.</summary>
internal enum SavedQueryRefusal
{
    /// <summary>The store or the vault cannot be reached now.</summary>
    Unavailable = 1,

    /// <summary>The permit is for something else.</summary>
    WrongPermit = 2,

    /// <summary>No name, or longer than allowed.</summary>
    OutOfBounds = 3,

    /// <summary>The company has as many as it may.</summary>
    Full = 4,

    /// <summary>It would have to be recorded, and the log does not keep up; nothing was done.</summary>
    LogBehind = 5,
}
