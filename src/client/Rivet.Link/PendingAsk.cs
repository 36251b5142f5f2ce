using System.Buffers;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>A request that waits for its answer.</summary>
internal abstract class PendingAsk
{
    /// <summary>Gives the response; false when its body is malformed.</summary>
    public abstract bool TryAnswer(ReadOnlySequence<byte> body);

    /// <summary>Gives a refusal.</summary>
    public abstract void Refuse(Refusal refusal);

    public static Refusal Lost() => new()
    {
        Code = RefusalCode.Unavailable,
        Reason = "link.lost",
        Detail = "The connection ended before the answer came.",
    };
}

internal sealed class PendingAsk<TResponse>(MessageParser<TResponse> parser) : PendingAsk
    where TResponse : class, IMessage<TResponse>
{
    private readonly TaskCompletionSource<Result<TResponse, Refusal>> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Result<TResponse, Refusal>> Answer => answer.Task;

    public override bool TryAnswer(ReadOnlySequence<byte> body)
    {
        try
        {
            answer.TrySetResult(parser.ParseFrom(body));
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    public override void Refuse(Refusal refusal) => answer.TrySetResult(refusal);
}
