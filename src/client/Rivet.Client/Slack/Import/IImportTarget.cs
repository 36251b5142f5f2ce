using Google.Protobuf;
using Rivet.Client.Link;
using Rivet.Kernel;
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
