using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Rivet.UiKit;

/// <summary>
/// A component that goes on by itself while it is shown, such as a page that reads again. When it is left, what it does is cancelled and waited for; a fault in it
/// is a fault of the page, since a page that stood still silently would look like a company where nothing happens.
/// </summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource closing = new();
    private Task following = Task.CompletedTask;

    /// <summary>Begins with nothing to do.</summary>
    protected LiveComponent() => Leaving = closing.Token;

    /// <summary>Cancelled when the component is left; may still be asked after that.</summary>
    protected CancellationToken Leaving { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await following;
        await LeaveAsync();
        closing.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins what goes on until it ends or the component is left. Once in a component's life.</summary>
    protected void Follow(Func<Task> work)
    {
        if (!Leaving.IsCancellationRequested)
        {
            following = InvokeAsync(() => GuardAsync(work));
        }
    }

    /// <summary>What else must end before the component is gone.</summary>
    protected virtual ValueTask LeaveAsync() => default;

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception left) when (left is OperationCanceledException or ObjectDisposedException or JSDisconnectedException)
        {
            // The page was left.
        }
        catch (Exception fault)
        {
            await DispatchExceptionAsync(fault);
        }
    }
}
