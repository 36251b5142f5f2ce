using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Hosting.Link;

/// <summary>
/// The requests this server answers over LWS. There is no way to map one without the access question: the handler
/// receives the <see cref="Permit"/> that only the policy can make, and a method nobody mapped is refused.
/// </summary>
public sealed class LwsEndpoints
{
    private readonly Dictionary<Method, LwsEndpoint> endpoints = [];

    /// <summary>Maps a request method.</summary>
    /// <param name="method">A method below 0x8000, mapped once.</param>
    /// <param name="parser">Parses the body; bytes it refuses answer <see cref="RefusalCode.Invalid"/>.</param>
    /// <param name="permission">What the request does.</param>
    /// <param name="resource">To what; null when the request names nothing valid, which answers <see cref="RefusalCode.Invalid"/>.</param>
    /// <param name="handle">Runs only with a permit for exactly that question.</param>
    public void Map<TRequest, TResponse>(
        Method method,
        MessageParser<TRequest> parser,
        Permission permission,
        Func<Subject, TRequest, Resource?> resource,
        Func<Permit, TRequest, CancellationToken, ValueTask<Result<TResponse, Refusal>>> handle)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(handle);
        Add<TRequest, TResponse>(method, parser, permission, resource, isStreaming: false, (permit, request, _, ct) => handle(permit, request, ct));
    }

    /// <summary>Maps a request method that exchanges a stream of data between its request and its answer; the rest as for the other.</summary>
    /// <param name="method">A method below 0x8000, mapped once.</param>
    /// <param name="parser">Parses the body.</param>
    /// <param name="permission">What the request does.</param>
    /// <param name="resource">To what.</param>
    /// <param name="handle">Reads and writes the stream, then answers. The stream is over when it returns.</param>
    public void MapStream<TRequest, TResponse>(
        Method method,
        MessageParser<TRequest> parser,
        Permission permission,
        Func<Subject, TRequest, Resource?> resource,
        Func<Permit, TRequest, DataStream, CancellationToken, ValueTask<Result<TResponse, Refusal>>> handle)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(handle);
        Add<TRequest, TResponse>(method, parser, permission, resource, isStreaming: true, (permit, request, stream, ct) => handle(permit, request, stream!, ct));
    }

    /// <summary>Every mapped method with its permission, for review and tests.</summary>
    public IEnumerable<(Method Method, Permission Permission)> All => endpoints.Values.Select(endpoint => (endpoint.Method, endpoint.Permission));

    private void Add<TRequest, TResponse>(
        Method method,
        MessageParser<TRequest> parser,
        Permission permission,
        Func<Subject, TRequest, Resource?> resource,
        bool isStreaming,
        Func<Permit, TRequest, DataStream?, CancellationToken, ValueTask<Result<TResponse, Refusal>>> handle)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((int)method, LwsConstants.FirstPush);
        endpoints.Add(method, new LwsEndpoint<TRequest, TResponse>(method, parser, permission, resource, isStreaming, handle));
    }

    internal LwsEndpoint? Find(Method method) => endpoints.GetValueOrDefault(method);
}
