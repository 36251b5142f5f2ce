using System.Buffers;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Hosting.Link;

/// <summary>ECHO and STREAM_ECHO: give back what they get, for measuring and for finding out whether a link works.</summary>
internal static class EchoEndpoint
{
    private static readonly Permission Echo = new("link.echo");

    public static void Map(LwsEndpoints endpoints)
    {
        endpoints.Map<EchoRequest, EchoResponse>(
            Method.Echo,
            EchoRequest.Parser,
            Echo,
            (subject, _) => Resource.Of(subject.Company),
            (_, request, _) => new(Answer(request)));
        endpoints.MapStream<StreamEchoRequest, StreamEchoResponse>(
            Method.StreamEcho,
            StreamEchoRequest.Parser,
            Echo,
            (subject, _) => Resource.Of(subject.Company),
            (_, _, stream, ct) => AnswerAsync(stream, ct));
    }

    private static Result<EchoResponse, Refusal> Answer(EchoRequest request)
        => request.Payload.Length <= LwsConstants.MaxEcho
            ? new EchoResponse { Payload = request.Payload }
            : Refusals.TooLarge("link.echo-too-large", "An echo takes at most 16 KiB.");

    private static async ValueTask<Result<StreamEchoResponse, Refusal>> AnswerAsync(DataStream stream, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LwsConstants.MaxData);
        try
        {
            ulong bytes = 0;
            while (await stream.ReadAsync(buffer, ct) is var count and > 0 && await stream.WriteAsync(buffer.AsMemory(0, count), ct))
            {
                bytes += (ulong)count;
            }

            return new StreamEchoResponse { Bytes = bytes };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
