using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws.Frames;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>
/// A stream of data between a request and its answer (docs/protocol/lws.md §7.2). One reader and one writer at a time, which may be
/// two. Disposing it before the answer stops it.
/// </summary>
/// <typeparam name="TResponse">The method's answer.</typeparam>
public sealed class LinkStream<TResponse> : IAsyncDisposable
{
    private readonly LwsLink link;
    private readonly DataStream stream;

    internal LinkStream(LwsLink link, DataStream stream, Task<Result<TResponse, Refusal>> answer)
    {
        this.link = link;
        this.stream = stream;
        Answer = answer;
    }

    /// <summary>The answer, behind the last of the server's data. A lost link gives <c>link.lost</c>.</summary>
    public Task<Result<TResponse, Refusal>> Answer { get; }

    /// <summary>The server's next bytes; 0 when no more come, and then <see cref="Answer"/> says why.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => stream.ReadAsync(buffer, ct);

    /// <summary>Sends bytes, at the pace the server takes them; false when the stream was answered meanwhile.</summary>
    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct) => stream.WriteAsync(data, ct);

    /// <summary>Says that this side sends no more.</summary>
    public void Complete() => link.SendOfStream(FrameType.End, stream.Number);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!Answer.IsCompleted)
        {
            link.SendOfStream(FrameType.Stop, stream.Number);
        }

        link.Forget(stream);
        return default;
    }
}
