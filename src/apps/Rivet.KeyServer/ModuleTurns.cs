using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.KeyServer;

/// <summary>
/// Calls of a module that may hang: each is waited for so long and no longer, and a few at once are let in. One that hangs keeps its place until the module
/// lets go, so that a dead module does not eat the process's threads.
/// </summary>
internal sealed class ModuleTurns(TimeProvider time, TimeSpan patience) : IDisposable
{
    private const int AtOnce = 16;

    /// <summary>Less than the 250 ms that a caller of the XKS API waits, so that it is told why.</summary>
    private static readonly TimeSpan OfXks = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim places = new(AtOnce);

    public ModuleTurns(TimeProvider time)
        : this(time, OfXks)
    {
    }

    public async ValueTask<Result<T, XksError>> CallAsync<T>(Func<Result<T, ModuleRefusal>> call, CancellationToken ct)
    {
        if (!await places.WaitAsync(patience, ct))
        {
            return XksError.Throttling;
        }

        var working = Task.Run(
            () =>
            {
                try
                {
                    return call();
                }
                finally
                {
                    places.Release();
                }
            },
            CancellationToken.None);
        try
        {
            return (await working.WaitAsync(patience, time, ct)).TryGet(out var value, out var why) ? value : Meaning(why);
        }
        catch (TimeoutException)
        {
            return XksError.DependencyTimeout;
        }
    }

    public void Dispose() => places.Dispose();

    private static XksError Meaning(ModuleRefusal refusal) => refusal switch
    {
        ModuleRefusal.Forged => XksError.InvalidCiphertext,
        ModuleRefusal.NotFound => XksError.KeyNotFound,
        ModuleRefusal.Unfit => XksError.InvalidKeyUsage,
        _ => XksError.Internal,
    };
}
