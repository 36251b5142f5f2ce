using Rivet.Client.Home;

namespace Rivet.Simulation.Tests;

/// <summary>One change that a transaction made.</summary>
internal readonly record struct Change(RecordKind Kind, byte[] Key, byte[]? Before, byte[]? After);

/// <summary>Where a process dies around a commit.</summary>
internal enum Death
{
    None,
    BeforeCommit,
    AfterCommit,
}

/// <summary>
/// A home as one process has it open: the process may die at any commit, and each commit is shown to the rules before
/// anything can follow from it.
/// </summary>
internal sealed class WatchedRecords(IRecords inner, Process process, Func<Death> death, Action<List<Change>> committed) : IRecords
{
    private readonly List<Change> changes = [];
    private IDisposable? link;

    /// <summary>One process a home: nobody else writes here.</summary>
    public bool IsShared => false;

    public long ForeignVersion() => Inner.ForeignVersion();

    public byte[]? Find(RecordKind kind, byte[] key) => Inner.Find(kind, key);

    public HomeRecord[] All(RecordKind kind) => Inner.All(kind);

    public HomeRecord[] Range(RecordKind kind, byte[] from, byte[] to, int limit) => Inner.Range(kind, from, to, limit);

    public HomeRecord[] Arrived(RecordKind kind, long after, int limit) => Inner.Arrived(kind, after, limit);

    public ValueTask DurableAsync(CancellationToken ct) => Inner.DurableAsync(ct);

    public IDisposable? TryTakeLink() => link = Inner.TryTakeLink();

    public T Write<T>(Func<IRecordWrite, T> work)
    {
        var dying = death();
        changes.Clear();
        var result = Inner.Write(write =>
        {
            var result = work(new Transaction(write, changes));
            DieAt(Death.BeforeCommit);
            return result;
        });
        committed(changes);
        DieAt(Death.AfterCommit);
        return result;

        void DieAt(Death point)
        {
            if (dying == point)
            {
                process.Kill();
                throw new KilledException();
            }
        }
    }

    public void Dispose()
    {
        link?.Dispose();
        inner.Dispose();
    }

    private IRecords Inner => process.IsAlive ? inner : throw new KilledException();

    private sealed class Transaction(IRecordWrite write, List<Change> changes) : IRecordWrite
    {
        public byte[]? Find(RecordKind kind, byte[] key) => write.Find(kind, key);

        public bool Insert(RecordKind kind, byte[] key, byte[] value)
        {
            var fresh = write.Insert(kind, key, value);
            if (fresh)
            {
                changes.Add(new Change(kind, key, null, value));
            }

            return fresh;
        }

        public void Put(RecordKind kind, byte[] key, byte[] value)
        {
            changes.Add(new Change(kind, key, write.Find(kind, key), value));
            write.Put(kind, key, value);
        }

        public void Delete(RecordKind kind, byte[] key)
        {
            changes.Add(new Change(kind, key, write.Find(kind, key), null));
            write.Delete(kind, key);
        }
    }
}
