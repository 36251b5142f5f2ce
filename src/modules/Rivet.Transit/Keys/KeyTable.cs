using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Transit.Keys;

/// <summary><c>transit_key</c> and <c>transit_version</c>.</summary>
internal static class KeyTable
{
    public static TransitKey? Find(ReadSession session, CompanyId company, string name)
        => session.QueryFirst(
            """
            SELECT key_id, company, name, type, owner, derived, imported, allow_rotation, deletion_allowed, latest, min_decryption, min_encryption,
                   min_available, rotate_every_s, revision, created_ms
            FROM transit_key WHERE company = $1 AND name = $2
            """,
            MapKey, company.ToBytes(), name);

    /// <summary>All keys of a company, by name.</summary>
    public static List<TransitKey> Of(ReadSession session, CompanyId company)
        => session.Query(
            """
            SELECT key_id, company, name, type, owner, derived, imported, allow_rotation, deletion_allowed, latest, min_decryption, min_encryption,
                   min_available, rotate_every_s, revision, created_ms
            FROM transit_key WHERE company = $1 ORDER BY name
            """,
            MapKey, company.ToBytes());

    public static KeyVersion? FindVersion(ReadSession session, Guid key, int version)
        => session.QueryFirst(
            "SELECT version, sealed, public, seals, uses, created_ms, last_used_ms FROM transit_version WHERE key_id = $1 AND version = $2",
            MapVersion, Bytes(key), version);

    public static List<KeyVersion> Versions(ReadSession session, Guid key)
        => session.Query(
            "SELECT version, sealed, public, seals, uses, created_ms, last_used_ms FROM transit_version WHERE key_id = $1 ORDER BY version",
            MapVersion, Bytes(key));

    /// <summary>For each key of a company: when its newest version was made, and how often and when last all its versions were used.</summary>
    public static Dictionary<Guid, (long RotatedMs, long Uses, long LastUsedMs)> LivesOf(ReadSession session, CompanyId company)
        => session.Query(
            """
            SELECT k.key_id, max(CASE WHEN v.version = k.latest THEN v.created_ms ELSE 0 END), sum(v.uses), max(v.last_used_ms)
            FROM transit_key k JOIN transit_version v ON v.key_id = k.key_id WHERE k.company = $1 GROUP BY k.key_id
            """,
            row => (Id: GuidOf(row, 0), Life: (row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))), company.ToBytes()).ToDictionary(found => found.Id, found => found.Life);

    public static long Count(ReadSession session, CompanyId company)
        => session.QueryFirst("SELECT count(*) FROM transit_key WHERE company = $1", row => row.GetInt64(0), company.ToBytes());

    public static void Add(WriteTransaction transaction, TransitKey key) => transaction.Execute(
        """
        INSERT INTO transit_key (key_id, company, name, type, owner, derived, imported, allow_rotation, deletion_allowed, latest, min_decryption,
                                 min_encryption, min_available, rotate_every_s, revision, created_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """,
        Bytes(key.Id), key.Company.ToBytes(), key.Name, (int)key.Type, Bytes(key.Owner), Flag(key.IsDerived), Flag(key.IsImported), Flag(key.AllowRotation),
        Flag(key.DeletionAllowed), key.Latest, key.MinDecryption, key.MinEncryption, key.MinAvailable, (long)key.RotateEvery.TotalSeconds, key.Revision,
        key.CreatedAt.ToUnixTimeMilliseconds());

    public static void AddVersion(WriteTransaction transaction, Guid key, KeyVersion version) => transaction.Execute(
        "INSERT INTO transit_version (key_id, version, sealed, public, seals, uses, created_ms, last_used_ms) VALUES ($1, $2, $3, $4, 0, 0, $5, 0)",
        Bytes(key), version.Number, version.Sealed, version.Public, version.CreatedAt.ToUnixTimeMilliseconds());

    /// <summary>Stores what may change of a key; false when somebody else changed it since it was read.</summary>
    public static bool Change(WriteTransaction transaction, TransitKey key) => transaction.Execute(
        """
        UPDATE transit_key SET deletion_allowed = $3, latest = $4, min_decryption = $5, min_encryption = $6, min_available = $7, rotate_every_s = $8,
                               imported = $9, revision = revision + 1
        WHERE key_id = $1 AND revision = $2
        """,
        Bytes(key.Id), key.Revision, Flag(key.DeletionAllowed), key.Latest, key.MinDecryption, key.MinEncryption, key.MinAvailable,
        (long)key.RotateEvery.TotalSeconds, Flag(key.IsImported)) == 1;

    /// <summary>Whether the key is still as it was read.</summary>
    public static bool Stands(ReadSession session, TransitKey key)
        => session.QueryFirst("SELECT revision FROM transit_key WHERE key_id = $1", row => (long?)row.GetInt64(0), Bytes(key.Id)) == key.Revision;

    /// <summary>Counts uses of a version.</summary>
    public static void Count(WriteTransaction transaction, Guid key, int version, Usage usage, long nowMs) => transaction.Execute(
        "UPDATE transit_version SET uses = uses + $3, seals = seals + $4, last_used_ms = max(last_used_ms, $5) WHERE key_id = $1 AND version = $2",
        Bytes(key), version, usage.Uses, usage.Seals, nowMs);

    /// <summary>Overwrites, then deletes the material of the versions below one.</summary>
    public static int Trim(WriteTransaction transaction, Guid key, int below)
    {
        transaction.Execute("UPDATE transit_version SET sealed = zeroblob(length(sealed)) WHERE key_id = $1 AND version < $2", Bytes(key), below);
        transaction.ForgetOverwritten();
        return transaction.Execute("DELETE FROM transit_version WHERE key_id = $1 AND version < $2", Bytes(key), below);
    }

    /// <summary>Deletes a key with all its material; false when it was changed since it was read.</summary>
    public static bool Delete(WriteTransaction transaction, TransitKey key)
    {
        if (transaction.Execute("DELETE FROM transit_key WHERE key_id = $1 AND revision = $2", Bytes(key.Id), key.Revision) != 1)
        {
            return false;
        }

        Trim(transaction, key.Id, int.MaxValue);
        return true;
    }

    /// <summary>
    /// Lets every key's next encryption begin a new version: a restored store has forgotten how many were made after its backup, and the bound on
    /// random nonces counts them all. A key that may not be rotated here goes on: counted twice, 2^31 are still within the bound of 2^32.
    /// </summary>
    public static int EndVersions(WriteTransaction transaction) => transaction.Execute(
        "UPDATE transit_version SET seals = $1 WHERE key_id IN (SELECT key_id FROM transit_key WHERE imported = 0 OR allow_rotation = 1)",
        TransitOptions.MostSealsPerVersion);

    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    private static TransitKey MapKey(DbDataReader row) => new()
    {
        Id = GuidOf(row, 0),
        Company = new(GuidOf(row, 1)),
        Name = row.GetString(2),
        Type = (KeyType)row.GetInt32(3),
        Owner = GuidOf(row, 4),
        IsDerived = row.GetInt32(5) != 0,
        IsImported = row.GetInt32(6) != 0,
        AllowRotation = row.GetInt32(7) != 0,
        DeletionAllowed = row.GetInt32(8) != 0,
        Latest = row.GetInt32(9),
        MinDecryption = row.GetInt32(10),
        MinEncryption = row.GetInt32(11),
        MinAvailable = row.GetInt32(12),
        RotateEvery = TimeSpan.FromSeconds(row.GetInt64(13)),
        Revision = row.GetInt64(14),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(15)),
    };

    private static KeyVersion MapVersion(DbDataReader row) => new()
    {
        Number = row.GetInt32(0),
        Sealed = (byte[])row.GetValue(1),
        Public = row.GetString(2),
        Seals = row.GetInt64(3),
        Uses = row.GetInt64(4),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
        LastUsedMs = row.GetInt64(6),
    };

    private static Guid GuidOf(DbDataReader row, int column) => new((byte[])row.GetValue(column), bigEndian: true);

    private static int Flag(bool value) => value ? 1 : 0;
}

/// <summary>What a call did with a version.</summary>
/// <param name="Uses">Items.</param>
/// <param name="Seals">Of these, encryptions with a random nonce.</param>
internal readonly record struct Usage(int Uses, int Seals);
