using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>A request whose answer its client waits for.</summary>
internal abstract class PendingRequest
{
    public static Refusal LinkLost { get; } = new() { Code = RefusalCode.Unavailable, Reason = "link.lost" };

    public abstract void Answer(Result<IMessage, Refusal> answer);
}

/// <inheritdoc/>
internal sealed class PendingRequest<TResponse>(MessageParser<TResponse> parser) : PendingRequest
    where TResponse : class, IMessage<TResponse>
{
    private readonly TaskCompletionSource<Result<TResponse, Refusal>> answered = new();

    public async ValueTask<Result<TResponse, Refusal>> WaitAsync(CancellationToken ct)
    {
        using var withdrawing = ct.UnsafeRegister(
            static (request, ct) => ((PendingRequest<TResponse>)request!).answered.TrySetCanceled(ct), this);
        return await answered.Task;
    }

    public override void Answer(Result<IMessage, Refusal> answer)
        => answered.TrySetResult(answer.TryGet(out var message, out var refusal)
            ? message as TResponse ?? parser.ParseFrom(message.ToByteString())
            : refusal);
}
