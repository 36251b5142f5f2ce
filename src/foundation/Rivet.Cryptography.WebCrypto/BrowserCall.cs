using System.Threading.Tasks.Sources;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>
/// A call into the script that ends when the script calls back, and goes on at once then. (What follows a promise's task waits for a timer.)
/// May be used again once its end was awaited.
/// </summary>
/// <typeparam name="T">What the script says at the end.</typeparam>
internal sealed class BrowserCall<T> : IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> work;

    public BrowserCall() => Done = said => work.SetResult(said);

    /// <summary>For the script to call, once.</summary>
    public Action<T> Done { get; }

    /// <summary>Completes with what the script said; awaited once a call.</summary>
    public async ValueTask<T> EndAsync()
    {
        try
        {
            return await new ValueTask<T>(this, work.Version);
        }
        finally
        {
            work.Reset();
        }
    }

    T IValueTaskSource<T>.GetResult(short token) => work.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => work.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => work.OnCompleted(continuation, state, token, flags);
}
