using System.Security.Cryptography;
using System.Threading.Channels;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.MessageKeys;

namespace Rivet.Client.Sealing;

/// <summary>
/// The company's message keys, in this process's memory and nowhere else, for as long as the key server said when it last answered. They are asked for when
/// something needs one, asked for again at half their time, and zeroed when their time ends or the company says no: whatever was opened with them closes then.
/// </summary>
internal sealed class KeyRing(LocalStore store, ISigner identity, SealingParts? parts, TimeProvider time, Random chance) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<bool> needs = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<MessageKeyId, MessageKey> keys = [];
    private readonly HashSet<MessageKeyId> wanted = [];
    private readonly Dictionary<MessageKeyId, SealState> lost = [];
    private readonly Dictionary<FileId, byte[]> fileKeys = [];
    private readonly HashSet<FileId> sealedFiles = [];
    private readonly Backoff backoff = new(chance);
    private Task working = Task.CompletedTask;
    private KeyServerState state = KeyServerState.Asking;
    private MessageKeyId? current;
    private TimeSpan lifetime;
    private long askedAt;
    private DateTimeOffset ends;

    /// <summary>Grows whenever keys were given up: what was opened before is closed then.</summary>
    public int Closings { get; private set; }

    public bool IsEnrolled => parts is not null && store.KeyServer() is not null;

    public KeyServerState State => IsEnrolled ? state : KeyServerState.NotEnrolled;

    /// <summary>The key that seals, if it is here; asks for it if not.</summary>
    public (MessageKeyId Id, uint Epoch)? Current()
    {
        lock (gate)
        {
            if (!IsOver && current is { } id && keys.TryGetValue(id, out var key))
            {
                return (id, key.Epoch);
            }
        }

        Need(null);
        return null;
    }

    public bool Holds(MessageKeyId id)
    {
        lock (gate)
        {
            return !IsOver && keys.ContainsKey(id);
        }
    }

    /// <summary>How it stands with a key that is not here.</summary>
    public SealState StateOf(MessageKeyId id)
    {
        lock (gate)
        {
            return lost.GetValueOrDefault(id, SealState.Waiting);
        }
    }

    /// <summary>Derives 32 bytes from a key of the ring; false when it is not here, and then it is asked for.</summary>
    public bool TryDerive(MessageKeyId id, uint epoch, ReadOnlySpan<byte> info, Span<byte> derived)
    {
        lock (gate)
        {
            if (!IsOver && keys.TryGetValue(id, out var key))
            {
                if (key.Epoch != epoch)
                {
                    return false;
                }

                HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Secret, derived, salt: [], info);
                return true;
            }
        }

        Need(id);
        return false;
    }

    /// <summary>The key of a file that an opened message attaches.</summary>
    public byte[]? FileKey(FileId file)
    {
        lock (gate)
        {
            return IsOver ? null : fileKeys.GetValueOrDefault(file);
        }
    }

    /// <summary>Whether a file is known to be sealed: without its key it is nothing that anybody wants.</summary>
    public bool IsSealed(FileId file)
    {
        lock (gate)
        {
            return sealedFiles.Contains(file);
        }
    }

    public void KeepFileKey(FileId file, byte[] key)
    {
        lock (gate)
        {
            sealedFiles.Add(file);
            fileKeys[file] = key;
        }
    }

    /// <summary>Forgets all keys, and how the server stood: it is another one now, or none.</summary>
    public void Forget()
    {
        Drop(KeyServerState.Asking);
        lock (gate)
        {
            lost.Clear();
            backoff.Reset();
        }

        needs.Writer.TryWrite(true);
    }

    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Drop(KeyServerState.Asking);
        stop.Dispose();
    }

    /// <summary>Whether the keys' time is over, by either clock: one may have slept, the other may have been set.</summary>
    private bool IsOver => time.GetElapsedTime(askedAt) >= lifetime || time.GetUtcNow() >= ends;

    private void Need(MessageKeyId? id)
    {
        if (!IsEnrolled)
        {
            return;
        }

        lock (gate)
        {
            var isNew = id is { } one && !lost.ContainsKey(one) && wanted.Add(one);
            if (isNew)
            {
                needs.Writer.TryWrite(true);
            }

            if (working.IsCompleted && !stop.IsCancellationRequested)
            {
                working = WorkAsync(stop.Token);
            }
        }
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        await Task.Yield();
        while (IsEnrolled && store.KeyServer() is { } server)
        {
            using var until = new CancellationTokenSource(await AskAsync(server, ct), time);
            store.Bell.Ring();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, until.Token);
            try
            {
                await needs.Reader.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // The pause is over.
            }
        }

        Drop(KeyServerState.Asking);
        store.Bell.Ring();
    }

    /// <summary>Asks once for everything; gives when to ask again.</summary>
    private async Task<TimeSpan> AskAsync(KeyServerRecord server, CancellationToken ct)
    {
        if (IsOver)
        {
            Drop(state);
            store.Bell.Ring();
        }

        MessageKeyId[] all;
        lock (gate)
        {
            all = [.. wanted.Union(keys.Keys).Union(lost.Where(pair => pair.Value is not SealState.Destroyed).Select(pair => pair.Key))];
        }

        using var line = new KeyServerLine(server, identity, parts!, time);
        var (at, now) = (time.GetTimestamp(), time.GetUtcNow());
        foreach (var some in all.Chunk(KeyServerApi.MostKeys).DefaultIfEmpty([]))
        {
            if (!(await line.KeysAsync(some, ct)).TryGet(out var answer, out var why))
            {
                return Failed(why);
            }

            if (!Take(answer, some, at, now))
            {
                return backoff.Next();
            }
        }

        if (state is not KeyServerState.Ready)
        {
            return backoff.Next();
        }

        backoff.Reset();
        return lifetime / 2;
    }

    /// <summary>Takes the keys over; false when the server gave something wrong.</summary>
    private bool Take(KeyAnswer answer, MessageKeyId[] asked, long at, DateTimeOffset now)
    {
        lock (gate)
        {
            foreach (var key in answer.Keys)
            {
                if (keys.Remove(key.Id, out var former))
                {
                    former.Dispose();
                }

                keys[key.Id] = key;
                lost.Remove(key.Id);
            }

            foreach (var (id, why) in answer.Destroyed.Select(id => (id, SealState.Destroyed)).Concat(answer.Missing.Select(id => (id, SealState.Missing))).Concat(answer.Wrong.Select(id => (id, SealState.WrongKey))))
            {
                lost[id] = why;
                if (keys.Remove(id, out var former))
                {
                    former.Dispose();
                    Closings++;
                }
            }

            wanted.ExceptWith(asked);
            (current, lifetime, askedAt, ends) = (answer.Current, answer.Lifetime, at, now + answer.Lifetime);
            state = answer.Wrong.Count > 0 ? KeyServerState.Malformed : answer.Current is null ? KeyServerState.NoCurrentKey : KeyServerState.Ready;
        }

        return answer.Wrong.Count == 0;
    }

    /// <summary>A no counts at once; silence counts when the keys' time is over.</summary>
    private TimeSpan Failed(KeyServerState why)
    {
        if (why is KeyServerState.Stopped or KeyServerState.Revoked or KeyServerState.NotBelieved || IsOver)
        {
            Drop(why);
            return backoff.Next();
        }

        state = why;
        var left = lifetime - time.GetElapsedTime(askedAt);
        var pause = backoff.Next();
        return left > TimeSpan.Zero && left < pause ? left : pause;
    }

    private void Drop(KeyServerState why)
    {
        lock (gate)
        {
            state = why;
            if (keys.Count > 0)
            {
                Closings++;
                wanted.UnionWith(keys.Keys);
            }

            foreach (var key in keys.Values)
            {
                key.Dispose();
            }

            foreach (var key in fileKeys.Values)
            {
                CryptographicOperations.ZeroMemory(key);
            }

            keys.Clear();
            fileKeys.Clear();
            (current, lifetime) = (null, TimeSpan.Zero);
        }
    }
}
