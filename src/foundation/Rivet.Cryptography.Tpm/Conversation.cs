using System.Security.Cryptography;
using Rivet.Cryptography.Tpm.Wire;
using Rivet.Kernel;

namespace Rivet.Cryptography.Tpm;

/// <summary>A channel with the storage primary key loaded and a session salted for it. What it loaded it flushes.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    /// <summary>Flushing is for the TPM's sake; nobody waits for it longer.</summary>
    private static readonly TimeSpan FlushBudget = TimeSpan.FromSeconds(2);

    private readonly TpmChannel channel;
    private readonly TpmSession session;
    private readonly List<uint> loaded = [];

    private Conversation(TpmChannel channel, StorageKey key, TpmSession session)
    {
        this.channel = channel;
        this.session = session;
        Key = key;
        loaded.AddRange([key.Handle, session.Handle]);
    }

    public StorageKey Key { get; }

    public (uint Handle, byte[] Name) Parent => (Key.Handle, Key.Name);

    /// <param name="channel">To the TPM.</param>
    /// <param name="expectedParent">The name its primary key must have; empty for any.</param>
    /// <param name="ct">The budget.</param>
    public static async ValueTask<Result<Conversation, TpmRefusal>> BeginAsync(TpmChannel channel, ReadOnlyMemory<byte> expectedParent, CancellationToken ct)
    {
        if (!(await channel.AskAsync(Commands.CreatePrimary(), ct)).TryGet(out var created, out var why))
        {
            return why;
        }

        if (created.Code != Rc.Success)
        {
            return new TpmRefusal(Rc.Plain(created.Code) is Rc.BadAuth or Rc.AuthFail or Rc.Hierarchy ? TpmFault.OwnerClosed : TpmFault.Failing, created.Code);
        }

        if (StorageKey.Read(created) is not { } key)
        {
            return new TpmRefusal(TpmFault.Untrue, 0);
        }

        // Before any secret is told: the salt is for whoever has this key.
        if (!expectedParent.IsEmpty && !expectedParent.Span.SequenceEqual(key.Name))
        {
            await FlushAsync(channel, [key.Handle]);
            return new TpmRefusal(TpmFault.AnotherTpm, 0);
        }

        if ((await StartAsync(channel, key, ct)).TryGet(out var session, out why))
        {
            return new Conversation(channel, key, session);
        }

        await FlushAsync(channel, [key.Handle]);
        return why;
    }

    public void FlushLater(uint handle) => loaded.Insert(0, handle);

    /// <summary>Asks under the session.</summary>
    public async ValueTask<Result<Answered, TpmRefusal>> AskAsync(
        uint code, (uint Handle, byte[] Name) entity, ReadOnlyMemory<byte> auth, ReadOnlyMemory<byte> parameters, byte attributes, int handles, CancellationToken ct)
    {
        if (!(await channel.AskAsync(session.Command(code, entity, auth.Span, parameters.Span, attributes), ct)).TryGet(out var answer, out var why))
        {
            return why;
        }

        if (answer.Code != Rc.Success)
        {
            return new TpmRefusal(
                Rc.Plain(answer.Code) switch
                {
                    Rc.Lockout => TpmFault.Locked,
                    Rc.AuthFail or Rc.BadAuth or Rc.Integrity => TpmFault.Changed,
                    var plain when code == Wire.Tpm.Load && plain != answer.Code => TpmFault.Changed,
                    _ => TpmFault.Failing,
                },
                answer.Code);
        }

        var isEncrypted = (attributes & Wire.Tpm.Encrypt) != 0;
        if (session.Answer(code, answer, auth.Span, handles, isEncrypted) is not { } read)
        {
            return new TpmRefusal(TpmFault.Untrue, 0);
        }

        return new Answered(handles == 1 ? new TpmReader(answer.Body).U32() : 0, read);
    }

    public async ValueTask DisposeAsync()
    {
        session.Dispose();
        await FlushAsync(channel, loaded);
    }

    private static async ValueTask<Result<TpmSession, TpmRefusal>> StartAsync(TpmChannel channel, StorageKey key, CancellationToken ct)
    {
        if (key.Agree() is not { } agreed)
        {
            return new TpmRefusal(TpmFault.Untrue, 0);
        }

        var nonceCaller = RandomNumberGenerator.GetBytes(32);
        if (!(await channel.AskAsync(Commands.StartSession(key.Handle, nonceCaller, agreed.Encrypted), ct)).TryGet(out var started, out var why))
        {
            return why;
        }

        if (started.Code != Rc.Success)
        {
            return new TpmRefusal(TpmFault.Failing, started.Code);
        }

        var reader = new TpmReader(started.Body);
        var handle = reader.U32();
        var nonceTpm = reader.Sized().ToArray();
        if (!reader.IsSound || nonceTpm.Length is < 16 or > 64)
        {
            return new TpmRefusal(TpmFault.Untrue, 0);
        }

        var sessionKey = Kdf.A(agreed.Salt, "ATH"u8, nonceTpm, nonceCaller, 256);
        CryptographicOperations.ZeroMemory(agreed.Salt);
        return new TpmSession(handle, sessionKey, nonceTpm);
    }

    private static async ValueTask FlushAsync(TpmChannel channel, IEnumerable<uint> handles)
    {
        using var budget = new CancellationTokenSource(FlushBudget);
        foreach (var handle in handles)
        {
            await channel.AskAsync(Commands.Flush(handle), budget.Token);
        }
    }
}

/// <summary>What a command gave: a handle where it gives one, and its parameters.</summary>
internal sealed record Answered(uint Handle, byte[] Parameters);
