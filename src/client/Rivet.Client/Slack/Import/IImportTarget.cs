using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>Whoever answers the import requests: a link to a server, or a server's rules in memory.</summary>
internal interface IImportTarget
{
    ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>;
}

/// <summary>The server at the other end of a link.</summary>
internal sealed class LinkImportTarget(LwsLink link) : IImportTarget
{
    public ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
        => link.AskAsync(method, request, parser, ct);
}

/// <summary>The server of a client, which comes back by itself when its link breaks.</summary>
internal sealed class ClientImportTarget(RivetClient client) : IImportTarget
{
    public async ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        var answer = await client.AskAsync(method, request, parser, client.Patience, ct);
        return answer.TryGet(out var response, out var why) ? response : new Refusal
        {
            Code = why.IsPassing && why.Code == RefusalCode.RefusalNone ? RefusalCode.Unavailable : why.Code,
            Reason = why.Reason,
            Detail = why.Detail,
            Incident = why.Incident,
        };
    }
}
