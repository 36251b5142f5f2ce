using System.Security.Cryptography;
using Rivet.Cryptography.Tpm.Wire;
using Rivet.Kernel;

namespace Rivet.Cryptography.Tpm;

/// <summary>
/// Seals small secrets so that one TPM 2.0 alone opens them: sealed data objects under the storage primary key, kept by the caller and not by the TPM. Secrets and the
/// secret that opens them cross the bus encrypted, in a session salted for that key; answers are authenticated. Whatever answers, and however long, the result is
/// a value. What it gives: a copy of the blob is useless elsewhere. What it does not: whoever may use this TPM and has blob and auth opens it, and it is no place where keys work; the
/// opened secret is in memory.
/// </summary>
/// <param name="place">Where the TPM is.</param>
/// <remarks>Takes tens of milliseconds with a program, up to seconds with a chip. Source: TPM 2.0 Library, revision 1.59, parts 1 to 3.</remarks>
public sealed class TpmSealer(TpmPlace place)
{
    /// <summary>Longest secret in bytes (MAX_SYM_DATA).</summary>
    public const int MaxSecret = 128;

    /// <summary>Longest auth in bytes: the size of the hash of the object's name.</summary>
    public const int MaxAuth = 32;

    /// <summary>All that one call may take.</summary>
    internal TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Seals a secret.</summary>
    /// <param name="secret">1 to <see cref="MaxSecret"/> bytes.</param>
    /// <param name="auth">What opening takes beside the TPM: random, 1 to <see cref="MaxAuth"/> bytes, the last not 0 (TPMs drop zeros at the end).</param>
    /// <param name="ct">Gives up; the TPM keeps nothing that matters.</param>
    public ValueTask<Result<TpmBlob, TpmRefusal>> SealAsync(ReadOnlyMemory<byte> secret, ReadOnlyMemory<byte> auth, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, MaxSecret);
        CheckAuth(auth);
        return WithAsync<TpmBlob>(async (conversation, token) =>
        {
            var parameters = Commands.SealParameters(secret.Span, auth.Span);
            var asked = await conversation.AskAsync(Wire.Tpm.Create, conversation.Parent, default, parameters, Wire.Tpm.Decrypt, handles: 0, token);
            CryptographicOperations.ZeroMemory(parameters);
            return asked.TryGet(out var answer, out var why) ? ReadCreated(answer, conversation.Key.Name) : why;
        }, expectedParent: default, ct);
    }

    /// <summary>Opens what <see cref="SealAsync"/> gave; the caller zeroes it.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="auth">The same auth.</param>
    /// <param name="ct">Gives up.</param>
    public ValueTask<Result<byte[], TpmRefusal>> UnsealAsync(TpmBlob blob, ReadOnlyMemory<byte> auth, CancellationToken ct)
    {
        if (!blob.IsBounded || auth.Length is 0 or > MaxAuth)
        {
            return ValueTask.FromResult<Result<byte[], TpmRefusal>>(new TpmRefusal(TpmFault.Changed, 0));
        }

        return WithAsync<byte[]>((conversation, token) => OpenAsync(conversation, blob, auth, token), blob.ParentName, ct);
    }

    /// <summary>Whether it answers and its storage hierarchy is open, and the name of its storage primary key.</summary>
    public ValueTask<Result<byte[], TpmRefusal>> NameAsync(CancellationToken ct)
        => WithAsync<byte[]>((conversation, _) => ValueTask.FromResult<Result<byte[], TpmRefusal>>(conversation.Key.Name), expectedParent: default, ct);

    private static async ValueTask<Result<byte[], TpmRefusal>> OpenAsync(Conversation conversation, TpmBlob blob, ReadOnlyMemory<byte> auth, CancellationToken ct)
    {
        byte[] load;
        using (var writer = new TpmWriter())
        {
            load = writer.Sized(blob.Private.Span).Sized(blob.Public.Span).Written.ToArray();
        }

        if (!(await conversation.AskAsync(Wire.Tpm.Load, conversation.Parent, default, load, attributes: 0, handles: 1, ct)).TryGet(out var loaded, out var why))
        {
            return why;
        }

        conversation.FlushLater(loaded.Handle);
        var name = Commands.NameOf(blob.Public.Span);
        if (!(await conversation.AskAsync(Wire.Tpm.Unseal, (loaded.Handle, name), auth, default, Wire.Tpm.Encrypt, handles: 0, ct)).TryGet(out var answer, out why))
        {
            return why;
        }

        var secret = new TpmReader(answer.Parameters).Sized().ToArray();
        CryptographicOperations.ZeroMemory(answer.Parameters);
        return secret.Length is > 0 and <= MaxSecret ? secret : new TpmRefusal(TpmFault.Untrue, 0);
    }

    private static Result<TpmBlob, TpmRefusal> ReadCreated(Answered answer, byte[] parent)
    {
        var reader = new TpmReader(answer.Parameters);
        var (hidden, area) = (reader.Sized().ToArray(), reader.Sized().ToArray());
        var blob = new TpmBlob(area, hidden, parent);
        return reader.IsSound && blob.IsBounded ? blob : new TpmRefusal(TpmFault.Untrue, 0);
    }

    private static void CheckAuth(ReadOnlyMemory<byte> auth)
    {
        ArgumentOutOfRangeException.ThrowIfZero(auth.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(auth.Length, MaxAuth);
        ArgumentOutOfRangeException.ThrowIfZero(auth.Span[^1]);
    }

    private async ValueTask<Result<T, TpmRefusal>> WithAsync<T>(
        Func<Conversation, CancellationToken, ValueTask<Result<T, TpmRefusal>>> use, ReadOnlyMemory<byte> expectedParent, CancellationToken ct)
    {
        using var budget = CancellationTokenSource.CreateLinkedTokenSource(ct);
        budget.CancelAfter(Budget);
        if (await TpmChannel.OpenAsync(place, budget.Token) is not { } channel)
        {
            ct.ThrowIfCancellationRequested();
            return new TpmRefusal(TpmFault.Unreachable, 0);
        }

        await using (channel)
        {
            var begun = await Conversation.BeginAsync(channel, expectedParent, budget.Token);
            if (!begun.TryGet(out var conversation, out var why))
            {
                ct.ThrowIfCancellationRequested();
                return why;
            }

            await using (conversation)
            {
                var result = await use(conversation, budget.Token);
                ct.ThrowIfCancellationRequested();
                return result;
            }
        }
    }
}
