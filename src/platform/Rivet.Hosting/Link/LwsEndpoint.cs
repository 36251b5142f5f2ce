using System.Buffers;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Hosting.Link;

/// <summary>One mapped method: parse, ask, then handle.</summary>
internal abstract class LwsEndpoint(Method method, Permission permission)
{
    public Method Method { get; } = method;

    public Permission Permission { get; } = permission;

    /// <summary>Whether its requests open a stream of data.</summary>
    public abstract bool IsStreaming { get; }

    /// <summary>Answers one request. The body is read before the first await.</summary>
    public abstract ValueTask<Result<IMessage, Refusal>> AnswerAsync(
        IAccess access, Subject subject, ReadOnlySequence<byte> body, DataStream? stream, CancellationToken ct);
}

internal sealed class LwsEndpoint<TRequest, TResponse>(
    Method method,
    MessageParser<TRequest> parser,
    Permission permission,
    Func<Subject, TRequest, Resource?> resource,
    bool isStreaming,
    Func<Permit, TRequest, DataStream?, CancellationToken, ValueTask<Result<TResponse, Refusal>>> handle)
    : LwsEndpoint(method, permission)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public override bool IsStreaming => isStreaming;

    public override ValueTask<Result<IMessage, Refusal>> AnswerAsync(
        IAccess access, Subject subject, ReadOnlySequence<byte> body, DataStream? stream, CancellationToken ct)
    {
        TRequest request;
        try
        {
            request = parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return new(Refusals.Invalid("link.malformed", "The request's body is malformed."));
        }

        return AskAndHandleAsync(access, subject, request, stream, ct);
    }

    private async ValueTask<Result<IMessage, Refusal>> AskAndHandleAsync(
        IAccess access, Subject subject, TRequest request, DataStream? stream, CancellationToken ct)
    {
        if (resource(subject, request) is not { } target)
        {
            return Refusals.Invalid("link.no-resource", "The request names nothing valid.");
        }

        var decision = await access.AskAsync(new Question(subject, Permission, target), ct);
        if (decision.Permit is not { } permit)
        {
            return Refusals.Denied(decision.Reason);
        }

        var answer = await handle(permit, request, stream, ct);
        return answer.TryGet(out var response, out var refusal) ? response : refusal;
    }
}
