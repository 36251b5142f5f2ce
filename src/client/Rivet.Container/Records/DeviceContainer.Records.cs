using Microsoft.Data.Sqlite;
using Rivet.Container.Records;
using Rivet.Kernel;

namespace Rivet.Container;

/// <content>Reading and writing records.</content>
public sealed partial class DeviceContainer
{
    /// <summary>Grows whenever another process, or another opening in this one, commits. Cheap: made to be polled.</summary>
    public Result<long, ContainerRefusal> ForeignVersion() => Locked<long>(() => file.ForeignVersion());

    /// <summary>One record's content; null when there is none, <see cref="ContainerRefusal.Damaged"/> when it was changed.</summary>
    public Result<byte[]?, ContainerRefusal> Find(byte kind, byte[] key)
        => Locked<byte[]?>(() => TryFind(kind, key, out var value) ? value : ContainerRefusal.Damaged);

    /// <summary>Records of a kind whose key begins with <paramref name="prefix"/>, ordered by key.</summary>
    public Result<Record[], ContainerRefusal> Range(byte kind, byte[] prefix, bool newestFirst, int limit)
        => Locked(() => Open(kind, file.Range(kind, prefix, After(prefix), newestFirst, limit)));

    /// <summary>Records of a kind from one key (inclusive) up to another (exclusive), ordered by key.</summary>
    public Result<Record[], ContainerRefusal> Range(byte kind, byte[] from, byte[] to, int limit)
        => Locked(() => Open(kind, file.Range(kind, from, to, newestFirst: false, limit)));

    /// <summary>Records of a kind in the order in which they first arrived here.</summary>
    public Result<Record[], ContainerRefusal> Arrived(byte kind, long after, int limit)
        => Locked(() => Open(kind, file.Arrived(kind, after, limit)));

    /// <summary>Runs a transaction: all of it is durable when this returns, or none of it happened.</summary>
    public Result<T, ContainerRefusal> Write<T>(Func<ContainerWrite, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Locked<T>(() =>
        {
            file.Begin();
            var committed = false;
            try
            {
                var transaction = new ContainerWrite(this);
                var result = work(transaction);
                if (transaction.MetDamage)
                {
                    return ContainerRefusal.Damaged;
                }

                file.Commit();
                committed = true;
                return result;
            }
            finally
            {
                if (!committed)
                {
                    TryRollback();
                }
            }
        });
    }

    internal bool TryFind(byte kind, byte[] key, out byte[]? value)
    {
        var found = file.Find(kind, key);
        value = found is null ? null : this.key.TryOpen(found, Bound(kind, key));
        return found is null || value is not null;
    }

    internal bool Insert(byte kind, byte[] key, ReadOnlySpan<byte> value) => file.Insert(kind, key, this.key.Seal(value, Bound(kind, key)));

    internal void Put(byte kind, byte[] key, ReadOnlySpan<byte> value) => file.Put(kind, key, this.key.Seal(value, Bound(kind, key)));

    internal void Delete(byte kind, byte[] key) => file.Delete(kind, key);

    private static byte[] Bound(byte kind, byte[] key) => [kind, .. key];

    /// <summary>The smallest key that no key with this prefix reaches.</summary>
    private static byte[] After(byte[] prefix)
    {
        var after = (byte[])prefix.Clone();
        for (var at = after.Length - 1; at >= 0; at--)
        {
            if (++after[at] != 0)
            {
                return after[..(at + 1)];
            }
        }

        return [.. Enumerable.Repeat((byte)0xFF, 64)];
    }

    private Result<Record[], ContainerRefusal> Open(byte kind, List<Record> rows)
    {
        for (var at = 0; at < rows.Count; at++)
        {
            if (key.TryOpen(rows[at].Value, Bound(kind, rows[at].Key)) is not { } value)
            {
                return ContainerRefusal.Damaged;
            }

            rows[at] = rows[at] with { Value = value };
        }

        return rows.ToArray();
    }

    private Result<T, ContainerRefusal> Locked<T>(Func<Result<T, ContainerRefusal>> work)
    {
        lock (gate)
        {
            return Attempt(work);
        }
    }

    private void TryRollback()
    {
        try
        {
            file.Rollback();
        }
        catch (SqliteException)
        {
            // A full disk already rolled it back.
        }
    }
}
