using Rivet.MessageKeys;

namespace Rivet.KeyServer;

/// <summary>What a message key is for.</summary>
internal enum MessageKeyState
{
    /// <summary>It seals and opens; there is one at most.</summary>
    Current = 1,

    /// <summary>It opens what it sealed.</summary>
    Retired = 2,

    /// <summary>Its bytes are gone; its name stays, so that nobody waits for it.</summary>
    Destroyed = 3,
}

/// <summary>A message key as its owner sees it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="State">What it is for.</param>
/// <param name="MadeS">When it was made, seconds since 1970.</param>
/// <param name="Wrapped">Its bytes, sealed by the module; empty once destroyed.</param>
internal sealed record BookedMessageKey(MessageKeyId Id, uint Epoch, MessageKeyState State, long MadeS, byte[] Wrapped);

/// <summary>The message keys, each wrapped under a key inside the module, and the switch that stops them all.</summary>
internal sealed class MessageKeyBook
{
    private readonly BookFile file;

    public MessageKeyBook(BookFile file)
    {
        this.file = file;
        file.Execute("CREATE TABLE IF NOT EXISTS message_key (epoch INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state INTEGER NOT NULL, made_s INTEGER NOT NULL, wrapped BLOB NOT NULL)");
        file.Execute("CREATE TABLE IF NOT EXISTS message_switch (one INTEGER PRIMARY KEY CHECK (one = 1), thrown INTEGER NOT NULL)");

        // What a destroyed key was is overwritten where it lay.
        file.Execute("PRAGMA secure_delete = ON");
    }

    public bool IsStopped => file.Read("SELECT thrown FROM message_switch", row => row.GetInt32(0) != 0).FirstOrDefault();

    public void Stop(bool isStopped) => file.Execute("INSERT INTO message_switch VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET thrown = $1", isStopped ? 1 : 0);

    public uint NextEpoch => (uint)file.Read("SELECT coalesce(max(epoch), 0) + 1 FROM message_key", row => row.GetInt64(0))[0];

    public IReadOnlyList<BookedMessageKey> All() => Keys(" ORDER BY epoch");

    public BookedMessageKey? Current => Keys(" WHERE state = 1").FirstOrDefault();

    public BookedMessageKey? Find(MessageKeyId id) => Keys(" WHERE id = $1", id.ToString()).FirstOrDefault();

    /// <summary>The key becomes the current one and the former is retired; false when another process made one of that number meanwhile.</summary>
    public bool Begin(MessageKeyId id, uint epoch, byte[] wrapped) => file.Together(() =>
    {
        file.Execute("UPDATE message_key SET state = 2 WHERE state = 1");
        return file.Execute("INSERT INTO message_key VALUES ($1, $2, 1, $3, $4) ON CONFLICT DO NOTHING", (long)epoch, id.ToString(), file.Now, wrapped) == 1;
    });

    /// <summary>The current key seals no more; false when it is not that.</summary>
    public bool Retire(MessageKeyId id) => file.Execute("UPDATE message_key SET state = 2 WHERE id = $1 AND state = 1", id.ToString()) == 1;

    /// <summary>The key's bytes are gone from here when this returns; false when there is no such key, or it was destroyed before.</summary>
    public bool Destroy(MessageKeyId id)
    {
        var isDone = file.Execute("UPDATE message_key SET state = 3, wrapped = x'' WHERE id = $1 AND state <> 3", id.ToString()) == 1;

        // The write-ahead log still has the page as it was.
        file.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return isDone;
    }

    private List<BookedMessageKey> Keys(string which, params object[] values) => file.Read(
        "SELECT id, epoch, state, made_s, wrapped FROM message_key" + which,
        row => new BookedMessageKey(
            MessageKeyId.TryParse(row.GetString(0), out var id) ? id : default, (uint)row.GetInt64(1), (MessageKeyState)row.GetInt32(2), row.GetInt64(3), (byte[])row.GetValue(4)),
        values);
}
