using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Serving;

/// <summary>Readers by the hash of their token: the store never knows a token.</summary>
internal sealed class AuditReaders(IStore store, TimeProvider time) : IAuditReaders
{
    private const string Permission = "audit.share";
    private const string Prefix = "rivet-log-";
    private const int TokenBytes = 32;
    private const int LongestName = 64;
    private const int MostReaders = 16;

    public ValueTask<Result<string, AuditRefusal>> AddAsync(Permit permit, string name, CancellationToken ct)
        => Allows(permit) ? AddAsync(permit.Company, permit.Subject, name, ct) : new(AuditRefusal.WrongPermit);

    public ValueTask<Result<IReadOnlyList<AuditReader>, AuditRefusal>> ListAsync(Permit permit, CancellationToken ct)
        => Allows(permit) ? ListAsync(permit.Company, ct) : new(AuditRefusal.WrongPermit);

    public ValueTask<Result<Done, AuditRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct)
        => Allows(permit) ? RemoveAsync(permit.Company, permit.Subject, name, ct) : new(AuditRefusal.WrongPermit);

    internal async ValueTask<Result<string, AuditRefusal>> AddAsync(CompanyId log, Subject actor, string name, CancellationToken ct)
    {
        if (name.Trim() is not { Length: > 0 and <= LongestName } trimmed || trimmed.Any(char.IsControl))
        {
            return AuditRefusal.NameInvalid;
        }

        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        return await SafelyAsync<string>(() => store.WriteAsync<Result<string, AuditRefusal>>(
            transaction =>
            {
                var known = Readers(transaction, log);
                if (known.Count >= MostReaders || known.Exists(reader => reader.Name == trimmed))
                {
                    return known.Count >= MostReaders ? AuditRefusal.TooMany : AuditRefusal.NameTaken;
                }

                transaction.Execute(
                    "INSERT INTO audit_reader (token_hash, company, name, added_ms) VALUES ($1, $2, $3, $4)",
                    HashOf(token), log.ToBytes(), trimmed, time.GetUtcNow().ToUnixTimeMilliseconds());
                Record(transaction, log, actor, AuditEvents.ReaderAdded);
                return token;
            },
            ct));
    }

    internal ValueTask<Result<IReadOnlyList<AuditReader>, AuditRefusal>> ListAsync(CompanyId log, CancellationToken ct)
        => SafelyAsync<IReadOnlyList<AuditReader>>(async () => (await store.ReadAsync(session => Readers(session, log), ct)).ToArray());

    internal ValueTask<Result<Done, AuditRefusal>> RemoveAsync(CompanyId log, Subject actor, string name, CancellationToken ct)
        => SafelyAsync<Done>(() => store.WriteAsync<Result<Done, AuditRefusal>>(
            transaction =>
            {
                if (transaction.Execute("DELETE FROM audit_reader WHERE company = $1 AND name = $2", log.ToBytes(), name.Trim()) == 0)
                {
                    return AuditRefusal.Unknown;
                }

                Record(transaction, log, actor, AuditEvents.ReaderRemoved);
                return Done.Value;
            },
            ct));

    /// <summary>Whether the bearer of the token may read this log.</summary>
    internal ValueTask<bool> MayReadAsync(string token, CompanyId log, CancellationToken ct)
    {
        var hash = HashOf(token);
        return store.ReadAsync(
            session => session.QueryFirst("SELECT 1 FROM audit_reader WHERE token_hash = $1 AND company = $2", row => row.GetInt64(0), hash, log.ToBytes()) == 1, ct);
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static List<AuditReader> Readers(ReadSession session, CompanyId company)
        => session.Query(
            "SELECT name, added_ms FROM audit_reader WHERE company = $1 ORDER BY name",
            row => new AuditReader(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1))), company.ToBytes());

    private void Record(WriteTransaction transaction, CompanyId log, Subject actor, EventKind kind) => transaction.Record(new SecurityEvent
    {
        Id = EntityId.New<EventId>(time),
        At = time.GetUtcNow(),
        Kind = kind,
        Actor = actor,
        Target = Resource.Of(log),
        Outcome = EventOutcome.Success,
    });

    private static bool Allows(Permit permit) => permit.Question.Permission.Name == Permission && permit.Question.Resource == Resource.Of(permit.Company);

    private static async ValueTask<Result<T, AuditRefusal>> SafelyAsync<T>(Func<Task<Result<T, AuditRefusal>>> work)
    {
        try
        {
            return await work();
        }
        catch (LogBehindException)
        {
            return AuditRefusal.LogBehind;
        }
        catch (StoreUnavailableException)
        {
            return AuditRefusal.Unavailable;
        }
    }
}
