using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>The wrapped data keys in the store. Nothing here wraps: that may take long, and never happens inside a transaction.</summary>
internal sealed class KeyStore(IOptions<VaultOptions> options, TimeProvider time)
{
    private const int Active = 1;
    private const int Destroyed = 2;

    private const string Columns =
        "k.key_id, k.epoch, k.wrapped, k.state, k.company, k.application, k.period, k.holder_kind, k.holder_id, k.wrapped_by, coalesce(c.state, 1), coalesce(c.minimum, 0)";

    private const string Joined = "vault_key k LEFT JOIN vault_company c ON c.company = k.company";

    private const string OfScope = "k.company = $1 AND k.application = $2 AND k.holder_kind = $3 AND k.holder_id = $4 AND k.period = $5 AND k.state = 1";

    /// <summary>Reserves seals of the scope's current key; says instead which key must be made first when there is none, or it is worn out. Nothing is taken of a key that may not be used.</summary>
    public Reservation Reserve(WriteTransaction transaction, KeyScope scope, int seals)
    {
        var wanted = Math.Max(options.Value.SealsPerBlock, seals);
        var (row, reserved) = Last(transaction, scope);
        if (row is null)
        {
            return new(null, After: null, new(Guid.CreateVersion7(time.GetUtcNow()), 1), wanted);
        }

        if (row.Refusal is not null)
        {
            return new(row, row.Header, row.Header, wanted);
        }

        if (reserved + wanted > options.Value.SealsPerEpoch)
        {
            return new(null, row.Header, row.Header with { Epoch = row.Header.Epoch + 1 }, wanted);
        }

        transaction.Execute(
            "UPDATE vault_key SET reserved = reserved + $3 WHERE key_id = $1 AND epoch = $2",
            Binding.Bytes(row.Header.KeyId), (long)row.Header.Epoch, wanted);
        return new(row with { Reserved = wanted }, row.Header, row.Header, wanted);
    }

    /// <summary>Adds a key that was made for a reservation; false when it is no longer wanted: another was made, the company's key was replaced or stands otherwise.</summary>
    public bool TryAdd(WriteTransaction transaction, KeyScope scope, Reservation made, byte[] wrapped, uint wrappedBy)
    {
        if (Last(transaction, scope).Row?.Header != made.After || !CompanyWraps(transaction, scope.Company, wrappedBy))
        {
            return false;
        }

        transaction.Execute(
            """
            INSERT INTO vault_key
                (key_id, epoch, company, application, period, holder_kind, holder_id, wrapped, state, reserved, created_ms, wrapped_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            Binding.Bytes(made.Header.KeyId), (long)made.Header.Epoch, scope.Company.ToBytes(), scope.Application, scope.Period.Month,
            (int)scope.Holder.Kind, Binding.Bytes(scope.Holder.Id), wrapped, Active, made.Seals, time.GetUtcNow().ToUnixTimeMilliseconds(), (long)wrappedBy);
        return true;
    }

    /// <summary>Finds a key by what a ciphertext names; null when there never was such a key.</summary>
    public static KeyRow? Find(ReadSession session, SealedHeader header)
        => session.QueryFirst(
            $"SELECT {Columns} FROM {Joined} WHERE k.key_id = $1 AND k.epoch = $2", MapRow, Binding.Bytes(header.KeyId), (long)header.Epoch);

    /// <summary>A few living keys under the root itself.</summary>
    public static List<KeyRow> Some(ReadSession session, int most)
        => session.Query($"SELECT {Columns} FROM {Joined} WHERE k.state = 1 AND k.wrapped_by = 0 ORDER BY k.key_id LIMIT $1", MapRow, most);

    /// <summary>Living keys of a company under one version of its key, in the order of their ids, behind one of them.</summary>
    public static List<KeyRow> Under(ReadSession session, CompanyId company, uint version, KeyRow? after, int most)
        => session.Query(
            $"SELECT {Columns} FROM {Joined} WHERE k.company = $1 AND k.wrapped_by = $2 AND k.state = 1 AND (k.key_id, k.epoch) > ($3, $4) ORDER BY k.key_id, k.epoch LIMIT $5",
            MapRow, company.ToBytes(), (long)version, Binding.Bytes(after?.Header.KeyId ?? Guid.Empty), (long)(after?.Header.Epoch ?? 0), most);

    /// <summary>The companies that have living keys under an older version than the one that wraps.</summary>
    public static List<CompanyId> Outdated(ReadSession session)
        => session.Query(
            """
            SELECT c.company FROM vault_company c
            WHERE c.state = 1 AND EXISTS (SELECT 1 FROM vault_key k WHERE k.company = c.company AND k.state = 1 AND k.wrapped_by < c.version)
            """,
            row => new CompanyId(GuidOf(row, 0)));

    /// <summary>How many living keys a company has under each version of its key; 0 is the root.</summary>
    public static Dictionary<uint, long> CountByVersion(ReadSession session, CompanyId company)
        => session.Query(
                "SELECT wrapped_by, count(*) FROM vault_key WHERE company = $1 AND state = 1 GROUP BY wrapped_by",
                row => ((uint)row.GetInt64(0), row.GetInt64(1)), company.ToBytes())
            .ToDictionary(one => one.Item1, one => one.Item2);

    /// <summary>Stores a key wrapped anew, if it is still wrapped as it was.</summary>
    public static bool TryRewrap(WriteTransaction transaction, KeyRow row, byte[] wrapped, uint wrappedBy)
        => transaction.Execute(
            "UPDATE vault_key SET wrapped = $4, wrapped_by = $5 WHERE key_id = $1 AND epoch = $2 AND state = 1 AND wrapped = $3",
            Binding.Bytes(row.Header.KeyId), (long)row.Header.Epoch, row.Wrapped, wrapped, (long)wrappedBy) == 1;

    /// <summary>Overwrites every wrapped key of the scope; gives how many.</summary>
    public static int Destroy(WriteTransaction transaction, KeyScope scope)
        => transaction.Execute(
            """
            UPDATE vault_key SET wrapped = zeroblob(length(wrapped)), state = $6
            WHERE company = $1 AND application = $2 AND holder_kind = $3 AND holder_id = $4
              AND ($5 = 0 OR period = $5) AND state = 1
            """,
            scope.Company.ToBytes(), scope.Application, (int)scope.Holder.Kind, Binding.Bytes(scope.Holder.Id), scope.Period.Month, Destroyed);

    /// <summary>Overwrites every wrapped key of a company; gives how many.</summary>
    public static int DestroyAll(WriteTransaction transaction, CompanyId company)
        => transaction.Execute(
            "UPDATE vault_key SET wrapped = zeroblob(length(wrapped)), state = $2 WHERE company = $1 AND state = 1", company.ToBytes(), Destroyed);

    /// <summary>
    /// Lets every key's next seal begin a new epoch: a restored store has forgotten how many seals were made after its backup, and the
    /// bound on random nonces counts them all.
    /// </summary>
    public static int EndEpochs(WriteTransaction transaction)
        => transaction.Execute("UPDATE vault_key SET reserved = $1 WHERE state = 1", VaultOptions.MostSealsPerEpoch);

    /// <summary>The same for the keys of one company and application, or of all its applications.</summary>
    public static int EndEpochs(WriteTransaction transaction, CompanyId company, string? application)
        => transaction.Execute(
            "UPDATE vault_key SET reserved = $3 WHERE company = $1 AND ($2 IS NULL OR application = $2) AND state = 1",
            company.ToBytes(), application, VaultOptions.MostSealsPerEpoch);

    private static (KeyRow? Row, long Reserved) Last(ReadSession session, KeyScope scope)
        => session.QueryFirst(
            $"SELECT {Columns}, k.reserved FROM {Joined} WHERE {OfScope} ORDER BY k.epoch DESC LIMIT 1",
            row => ((KeyRow?)MapRow(row), row.GetInt64(12)),
            scope.Company.ToBytes(), scope.Application, (int)scope.Holder.Kind, Binding.Bytes(scope.Holder.Id), scope.Period.Month);

    private static bool CompanyWraps(ReadSession session, CompanyId company, uint version)
        => version == 0
            ? company == default
            : CompanyKeyTable.Find(session, company) is { State: CompanyState.Active } standing && standing.Version == version;

    private static KeyRow MapRow(DbDataReader row) => new(
        new(new(GuidOf(row, 4)), row.GetString(5), new(row.GetInt32(6)), new((KeyHolderKind)row.GetByte(7), GuidOf(row, 8))),
        new(GuidOf(row, 0), (uint)row.GetInt64(1)), (byte[])row.GetValue(2), row.GetInt32(3) != Active, Reserved: 0)
    {
        WrappedBy = (uint)row.GetInt64(9), CompanyState = (CompanyState)row.GetInt32(10), Minimum = (uint)row.GetInt64(11),
    };

    private static Guid GuidOf(DbDataReader row, int column) => new((byte[])row.GetValue(column), bigEndian: true);
}

/// <summary>What a scope has for its next seals.</summary>
/// <param name="Row">The key, with the seals taken; null when one must be made first.</param>
/// <param name="After">The scope's last key; null when it has none.</param>
/// <param name="Header">The key, or what the one to be made is called.</param>
/// <param name="Seals">How many seals.</param>
internal readonly record struct Reservation(KeyRow? Row, SealedHeader? After, SealedHeader Header, int Seals);

/// <summary>A wrapped key as stored, and how many seals were reserved by reading it.</summary>
internal sealed record KeyRow(KeyScope Scope, SealedHeader Header, byte[] Wrapped, bool IsDestroyed, int Reserved)
{
    /// <summary>Which version of the company's key wraps it; 0 the root.</summary>
    public uint WrappedBy { get; init; }

    public CompanyState CompanyState { get; init; } = CompanyState.Active;

    /// <summary>The lowest version that may unwrap.</summary>
    public uint Minimum { get; init; }

    /// <summary>Why it may not be used as things stand; null when it may.</summary>
    public VaultRefusal? Refusal => IsDestroyed ? VaultRefusal.Destroyed
        : CompanyStanding.RefusalOf(CompanyState) ?? (WrappedBy < Minimum ? VaultRefusal.Outdated : null);
}
