using Rivet.Cryptography.SigV4;

namespace Rivet.KeyServer;

/// <summary>What a key may do.</summary>
internal enum KeyState
{
    /// <summary>It serves.</summary>
    Enabled = 1,

    /// <summary>It says that it is there, and does nothing.</summary>
    Disabled = 2,

    /// <summary>It is gone for good; its name is not used again.</summary>
    Destroyed = 3,
}

/// <summary>A key as its owner sees it.</summary>
/// <param name="Name">How requests call it.</param>
/// <param name="State">What it may do.</param>
/// <param name="IsKilled">Whether the switch is thrown: nothing of it is answered, whatever its state.</param>
internal sealed record BookedKey(string Name, KeyState State, bool IsKilled);

/// <summary>
/// Names and states of the keys, and the credentials that may use them. The keys themselves are in the module. Every question reads what is written now,
/// so that a change of another process holds from the next request on; a change is durable when the call returns.
/// </summary>
internal sealed class KeyBook
{
    private readonly BookFile file;

    public KeyBook(BookFile file)
    {
        this.file = file;
        file.Execute("CREATE TABLE IF NOT EXISTS xks_key (name TEXT PRIMARY KEY, state INTEGER NOT NULL, killed INTEGER NOT NULL, made_s INTEGER NOT NULL) WITHOUT ROWID");
        file.Execute("CREATE TABLE IF NOT EXISTS xks_credential (access_key TEXT PRIMARY KEY, secret TEXT NOT NULL, made_s INTEGER NOT NULL) WITHOUT ROWID");
    }

    public BookedKey? Find(string name) => Keys(" WHERE name = $1", name).FirstOrDefault();

    public IReadOnlyList<BookedKey> All() => Keys(" ORDER BY name");

    /// <summary>False when the name is or was a key's.</summary>
    public bool Add(string name) => file.Execute("INSERT INTO xks_key VALUES ($1, 1, 0, $2) ON CONFLICT DO NOTHING", name, file.Now) == 1;

    /// <summary>False when there is no such key, or it is destroyed.</summary>
    public bool Set(string name, KeyState state) => file.Execute("UPDATE xks_key SET state = $2 WHERE name = $1 AND state <> 3", name, (int)state) == 1;

    /// <summary>Throws the switch of one key, or with null of all, or puts it back; how many keys that were.</summary>
    public int Kill(string? name, bool isKilled) => file.Execute("UPDATE xks_key SET killed = $1 WHERE state <> 3 AND ($2 = '' OR name = $2)", isKilled ? 1 : 0, name ?? "");

    /// <summary>The credential of an access key; null when nobody has it.</summary>
    public SigV4Credential? Credential(string accessKey)
        => file.Read("SELECT secret FROM xks_credential WHERE access_key = $1", row => row.GetString(0), accessKey) is [var secret] ? new SigV4Credential(accessKey, secret) : null;

    public IReadOnlyList<string> AccessKeys() => file.Read("SELECT access_key FROM xks_credential ORDER BY made_s, access_key", row => row.GetString(0));

    public void Add(string accessKey, string secret) => file.Execute("INSERT INTO xks_credential VALUES ($1, $2, $3)", accessKey, secret, file.Now);

    public bool Remove(string accessKey) => file.Execute("DELETE FROM xks_credential WHERE access_key = $1", accessKey) == 1;

    private List<BookedKey> Keys(string which, params object[] values)
        => file.Read("SELECT name, state, killed FROM xks_key" + which, row => new BookedKey(row.GetString(0), (KeyState)row.GetInt32(1), row.GetInt32(2) != 0), values);
}
