using System.Collections.Concurrent;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>
/// A token found and signed in to: one session that stays, since a token forgets the sign-in with its last session, and a bounded
/// pool of others. Lost as a whole; its successor is another object.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly ConcurrentBag<ISession> idle = [];
    private readonly ConcurrentDictionary<ModuleKey, IObjectHandle> handles = [];
    private readonly SemaphoreSlim turns;
    private readonly LoadedLibrary library;
    private readonly long generation;
    private readonly ISlot slot;
    private readonly ISession anchor;
    private volatile bool lost;

    /// <summary>Under the library's lock.</summary>
    public Connection(LoadedLibrary library, ISlot slot, ISession anchor, int maxSessions)
    {
        this.library = library;
        this.slot = slot;
        this.anchor = anchor;
        generation = library.Generation;
        IsHardware = slot.GetSlotInfo().SlotFlags.HardwareSlot;
        turns = new SemaphoreSlim(maxSessions);
    }

    /// <summary>The session that stays; tests close it under the module.</summary>
    internal ISession Anchor => anchor;

    internal ISlot Slot => slot;

    /// <summary>What the slot says of itself.</summary>
    public bool IsHardware { get; }

    /// <summary>Lends a session for one call. Exceptions of the module mean that the connection is to be lost.</summary>
    public T With<T>(bool isWriting, Func<ISession, T> call)
    {
        turns.Wait();
        try
        {
            using var use = library.Enter();
            if (lost || library.Generation != generation)
            {
                throw new Pkcs11Exception("C_OpenSession", CKR.CKR_SESSION_HANDLE_INVALID);
            }

            if (isWriting)
            {
                using var writing = slot.OpenSession(SessionType.ReadWrite);
                return call(writing);
            }

            var session = idle.TryTake(out var waiting) ? waiting : slot.OpenSession(SessionType.ReadOnly);
            var isSound = false;
            try
            {
                var result = call(session);
                isSound = true;
                return result;
            }
            finally
            {
                if (isSound && !lost)
                {
                    idle.Add(session);
                }
                else
                {
                    Close(session);
                }
            }
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>The handle of a key, found and looked at once a connection.</summary>
    public FoundKey HandleOf(ModuleKey key, Func<FoundKey> find)
    {
        if (handles.TryGetValue(key, out var known))
        {
            return new(known, default);
        }

        var found = find();
        if (found.Handle is { } handle)
        {
            handles[key] = handle;
        }

        return found;
    }

    /// <summary>After a key was destroyed.</summary>
    public void Forget(ModuleKey key) => handles.TryRemove(key, out _);

    /// <summary>Closes what is left; sessions that are lent are closed when they come back.</summary>
    public void Dispose()
    {
        lost = true;
        using var use = library.Enter();
        while (idle.TryTake(out var session))
        {
            Close(session);
        }

        Close(anchor);
    }

    /// <summary>Under the library's lock. A session from before the library began anew may bear somebody else's number: left.</summary>
    private void Close(ISession session)
    {
        if (library.Generation != generation)
        {
            return;
        }

        try
        {
            session.Dispose();
        }
        catch (Pkcs11Exception)
        {
            // It was lost with its token.
        }
    }
}
