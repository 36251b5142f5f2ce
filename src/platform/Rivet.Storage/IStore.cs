using Rivet.Kernel;

namespace Rivet.Storage;

/// <summary>
/// The one store of a server: every module's tables and the outbox, in one place, so that a fact and the rows that
/// announce it share a transaction.
/// </summary>
public interface IStore
{
    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and returns once it is durable. Works are run one after another
    /// on the store's own thread and committed in groups; a work that throws is undone alone, its neighbours are not.
    /// </summary>
    /// <remarks>
    /// The work must not block or wait, and must do no harm by running twice: when a neighbour in its group throws, the
    /// group is undone and each runs again by itself. Cancelling before the work began withdraws it; afterwards it is finished
    /// regardless, since a commit cannot be taken back.
    /// </remarks>
    /// <exception cref="StoreUnavailableException">Nothing of this work was stored: disk full, damaged, closing or overloaded.</exception>
    Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken ct);

    /// <summary>Runs a query on a consistent snapshot of what is committed.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    ValueTask<T> ReadAsync<T>(Func<ReadSession, T> query, CancellationToken ct);
}

/// <summary>The store could not do what was asked; nothing was changed. Trying again later may succeed.</summary>
public class StoreUnavailableException : Exception, IUnavailable
{
    /// <summary>Makes the exception.</summary>
    public StoreUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public virtual string Reason => "store.unavailable";

    /// <summary>The exception's own message may name the machine's folders; whoever asked from outside is told this.</summary>
    string IUnavailable.Message => Told;

    private protected virtual string Told => "The store cannot do it now; nothing was changed.";
}

/// <summary>The security log does not keep up, or fails: what would have to be recorded is not done, and nothing was stored.</summary>
public sealed class LogBehindException : StoreUnavailableException
{
    /// <summary>Makes the exception.</summary>
    public LogBehindException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public override string Reason => "log.behind";

    private protected override string Told => Message;
}
