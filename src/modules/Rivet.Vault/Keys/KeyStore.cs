using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>The wrapped data keys in the store.</summary>
internal sealed class KeyStore(RootKey root, IOptions<VaultOptions> options, TimeProvider time)
{
    private const int Active = 1;
    private const int Destroyed = 2;

    /// <summary>Reserves seals of the scope's current key; makes the key, or its next epoch, when need be. Null, and nothing written, when the root cannot be reached to wrap it.</summary>
    public KeyRow? Reserve(WriteTransaction transaction, KeyScope scope, int seals)
    {
        var wanted = Math.Max(options.Value.SealsPerBlock, seals);
        var last = transaction.QueryFirst(
            """
            SELECT key_id, epoch, wrapped, reserved FROM vault_key
            WHERE company = $1 AND application = $2 AND holder_kind = $3 AND holder_id = $4 AND period = $5 AND state = 1
            ORDER BY epoch DESC LIMIT 1
            """,
            row => (Header: HeaderOf(row), Wrapped: (byte[])row.GetValue(2), Reserved: row.GetInt64(3)),
            scope.Company.ToBytes(), scope.Application, (int)scope.Holder.Kind, Binding.Bytes(scope.Holder.Id), scope.Period.Month);

        if (last.Wrapped is null)
        {
            return Make(transaction, scope, new(Guid.CreateVersion7(time.GetUtcNow()), 1), wanted);
        }

        if (last.Reserved + wanted > options.Value.SealsPerEpoch)
        {
            return Make(transaction, scope, last.Header with { Epoch = last.Header.Epoch + 1 }, wanted);
        }

        transaction.Execute(
            "UPDATE vault_key SET reserved = reserved + $3 WHERE key_id = $1 AND epoch = $2",
            Binding.Bytes(last.Header.KeyId), (long)last.Header.Epoch, wanted);
        return new(scope, last.Header, last.Wrapped, IsDestroyed: false, wanted);
    }

    /// <summary>Finds a key by what a ciphertext names; null when there never was such a key.</summary>
    public static KeyRow? Find(ReadSession session, SealedHeader header)
        => session.QueryFirst(
            """
            SELECT key_id, epoch, wrapped, state, company, application, period, holder_kind, holder_id FROM vault_key
            WHERE key_id = $1 AND epoch = $2
            """,
            MapRow, Binding.Bytes(header.KeyId), (long)header.Epoch);

    /// <summary>A few living keys, to try a root on.</summary>
    public static List<KeyRow> FindSome(ReadSession session)
        => session.Query(
            """
            SELECT key_id, epoch, wrapped, state, company, application, period, holder_kind, holder_id FROM vault_key
            WHERE state = 1 ORDER BY key_id LIMIT 8
            """,
            MapRow);

    /// <summary>Overwrites every wrapped key of the scope; gives how many.</summary>
    public static int Destroy(WriteTransaction transaction, KeyScope scope)
        => transaction.Execute(
            """
            UPDATE vault_key SET wrapped = zeroblob(length(wrapped)), state = $6
            WHERE company = $1 AND application = $2 AND holder_kind = $3 AND holder_id = $4
              AND ($5 = 0 OR period = $5) AND state = 1
            """,
            scope.Company.ToBytes(), scope.Application, (int)scope.Holder.Kind, Binding.Bytes(scope.Holder.Id), scope.Period.Month, Destroyed);

    /// <summary>
    /// Lets every key's next seal begin a new epoch: a restored store has forgotten how many seals were made after its backup, and the
    /// bound on random nonces counts them all.
    /// </summary>
    public static int EndEpochs(WriteTransaction transaction)
        => transaction.Execute("UPDATE vault_key SET reserved = $1 WHERE state = 1", VaultOptions.MostSealsPerEpoch);

    /// <summary>Unwraps a row; forged when the row was changed.</summary>
    public Result<DataKey, VaultRefusal> Unwrap(KeyRow row, int alreadyTaken)
    {
        if (!root.Unwrap(row.Wrapped, Binding.OfKey(row.Header, row.Scope)).TryGet(out var secret, out var why))
        {
            return why;
        }

        try
        {
            return new DataKey(row.Scope, row.Header, secret, row.Reserved - alreadyTaken, time.GetTimestamp());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private KeyRow? Make(WriteTransaction transaction, KeyScope scope, SealedHeader header, int reserved)
    {
        Span<byte> secret = stackalloc byte[AesGcmKey.KeySize];
        RandomNumberGenerator.Fill(secret);
        var result = root.Wrap(secret, Binding.OfKey(header, scope));
        CryptographicOperations.ZeroMemory(secret);
        if (!result.TryGet(out var wrapped, out _))
        {
            return null;
        }

        transaction.Execute(
            """
            INSERT INTO vault_key
                (key_id, epoch, company, application, period, holder_kind, holder_id, wrapped, state, reserved, created_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            Binding.Bytes(header.KeyId), (long)header.Epoch, scope.Company.ToBytes(), scope.Application, scope.Period.Month,
            (int)scope.Holder.Kind, Binding.Bytes(scope.Holder.Id), wrapped, Active, reserved, time.GetUtcNow().ToUnixTimeMilliseconds());
        return new(scope, header, wrapped, IsDestroyed: false, reserved);
    }

    private static KeyRow MapRow(DbDataReader row) => new(
        new(new(GuidOf(row, 4)), row.GetString(5), new(row.GetInt32(6)), new((KeyHolderKind)row.GetByte(7), GuidOf(row, 8))),
        HeaderOf(row), (byte[])row.GetValue(2), row.GetInt32(3) != Active, Reserved: 0);

    private static SealedHeader HeaderOf(DbDataReader row) => new(GuidOf(row, 0), (uint)row.GetInt64(1));

    private static Guid GuidOf(DbDataReader row, int column) => new((byte[])row.GetValue(column), bigEndian: true);
}

/// <summary>A wrapped key as stored, and how many seals were reserved by reading it.</summary>
internal sealed record KeyRow(KeyScope Scope, SealedHeader Header, byte[] Wrapped, bool IsDestroyed, int Reserved);
