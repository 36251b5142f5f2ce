using Rivet.Lws.Frames;

namespace Rivet.Hosting.Link.Connections;

/// <summary>Sending: one sender at a time, many frames a write.</summary>
internal sealed partial class LwsConnection : IThreadPoolWorkItem
{
    private long writingSince;
    private TaskCompletionSource? room;

    /// <summary>Sends on a thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute() => _ = SendAsync();

    /// <summary>
    /// Leaves sending to the pool: the caller may be the store's writer thread, and what others queue until then goes
    /// out in the same write.
    /// </summary>
    private void SendSoon() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Sends until nothing is queued. Only for the one who has the duty. Never throws.</summary>
    private async Task SendAsync()
    {
        try
        {
            while (queue.TryTake() is { } segment)
            {
                Volatile.Write(ref writingSince, server.Time.GetTimestamp());
                try
                {
                    await WriteAsync(segment.Bytes);
                }
                finally
                {
                    Volatile.Write(ref writingSince, 0);
                    queue.Sent(segment);
                    SignalRoom();
                }
            }

            if (queue.TryFinish())
            {
                await transport.ShutdownAsync();
            }
        }
        catch (Exception lost)
        {
            Log.Lost(server.Logger, lost);
            queue.Abandon();
            transport.Abort("The connection was lost while writing.");
        }
    }

    /// <summary>Waits until another request may be read: few enough under way, little enough unsent, or closing.</summary>
    private async ValueTask WaitForRoomAsync()
    {
        while (!HasRoom)
        {
            var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref room, wake);
            Interlocked.MemoryBarrier();
            if (!HasRoom)
            {
                await wake.Task;
            }
        }

        Volatile.Write(ref room, null);
    }

    private void SignalRoom()
    {
        if (Volatile.Read(ref room) is { } waiting && HasRoom)
        {
            waiting.TrySetResult();
        }
    }
}
