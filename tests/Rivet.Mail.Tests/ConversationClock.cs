using Microsoft.Extensions.Time.Testing;

namespace Rivet.Mail.Tests;

/// <summary>A clock that stands still until it is told, and knows when a conversation has got past connecting: it gives that limit's timer back then.</summary>
internal sealed class ConversationClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first conversation has a connection.</summary>
    public Task Connected => connected.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        return dueTime == MailConversation.ConnectLimit ? new ConnectTimer(timer, connected) : timer;
    }

    private sealed class ConnectTimer(ITimer timer, TaskCompletionSource givenBack) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            timer.Dispose();
            givenBack.TrySetResult();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
