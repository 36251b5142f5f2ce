using Microsoft.Data.Sqlite;

namespace Rivet.Storage;

/// <summary>A work in the writer's queue, and the promise to whoever asked for it.</summary>
internal interface IQueuedWork
{
    /// <summary>Runs it, perhaps again after being undone; false when it threw and must be undone.</summary>
    bool TryRun(WriteTransaction transaction);

    /// <summary>Keeps the promise after the commit: the value, or what the work threw.</summary>
    void Finish();

    /// <summary>The whole group was lost.</summary>
    void Fail(Exception exception);
}

internal sealed class QueuedWork<T>(Func<WriteTransaction, T> work, CancellationToken ct) : IQueuedWork
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? value;
    private Exception? thrown;

    public Task<T> Completion => completion.Task;

    public bool TryRun(WriteTransaction transaction)
    {
        if (ct.IsCancellationRequested)
        {
            thrown = new OperationCanceledException(ct);
            return true;
        }

        thrown = null;
        try
        {
            value = work(transaction);
            return true;
        }
        catch (SqliteException exception)
        {
            thrown = new StoreUnavailableException("The store refused the work; nothing of it was stored.", exception);
            return false;
        }
        catch (Exception exception)
        {
            thrown = exception;
            return false;
        }
    }

    public void Finish()
    {
        if (thrown is null)
        {
            completion.SetResult(value!);
        }
        else if (thrown is OperationCanceledException)
        {
            completion.SetCanceled(ct);
        }
        else
        {
            completion.SetException(thrown);
        }
    }

    public void Fail(Exception exception) => completion.SetException(thrown ?? exception);
}
