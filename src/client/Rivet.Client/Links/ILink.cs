using System.Threading.Channels;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client.Links;

/// <summary>What the client needs of a link; the tests put a server that breaks at will behind it.</summary>
internal interface ILink : IAsyncDisposable
{
    Welcome Welcome { get; }

    ChannelReader<LinkPush> Pushes { get; }

    Task<CloseReason> Closed { get; }

    ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>;
}

/// <summary>Makes a link; with a join, or signing in the known device.</summary>
internal delegate Task<Result<ILink, LinkRefusal>> Dial(Join? join, CancellationToken ct);

/// <summary>The real link.</summary>
internal sealed class LwsDialled(LwsLink link) : ILink
{
    public Welcome Welcome => link.Welcome;

    public ChannelReader<LinkPush> Pushes => link.Pushes;

    public Task<CloseReason> Closed => link.Closed;

    /// <summary>A dial that connects as told.</summary>
    public static Dial By(Func<Join?, CancellationToken, Task<Result<LwsLink, LinkRefusal>>> connect)
        => async (join, ct) => (await connect(join, ct)).TryGet(out var link, out var why) ? new LwsDialled(link) : (Result<ILink, LinkRefusal>)why;

    public ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
        => link.AskAsync(method, request, parser, ct);

    public ValueTask DisposeAsync() => link.DisposeAsync();
}
