using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws.Frames;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>Streams of data beside requests and pushes.</summary>
public sealed partial class LwsLink
{
    private StreamTable? streams;

    /// <summary>Made when the first stream is: most links have none.</summary>
    private StreamTable Streams => LazyInitializer.EnsureInitialized(ref streams, () => new StreamTable(queue, queued => ThreadPool.UnsafeQueueUserWorkItem(
        static told => told.Link.Send(told.Queued), (Link: this, Queued: queued), preferLocal: false)));

    /// <summary>
    /// Asks a streaming method; the stream is open at once. Refused with <c>link.lost</c> when the link is over, with
    /// <c>link.too-many-streams</c> when this side has sixteen open.
    /// </summary>
    public Result<LinkStream<TResponse>, Refusal> OpenStream<TResponse>(Method method, IMessage request, MessageParser<TResponse> parser)
        where TResponse : class, IMessage<TResponse>
    {
        var ask = new PendingAsk<TResponse>(parser);
        FrameQueue.Queued queued;
        DataStream? stream;
        lock (gate)
        {
            var number = lastStream + 1;
            if (over || lastStream == uint.MaxValue)
            {
                return PendingAsk.Lost();
            }

            stream = Streams.TryOpen(number);
            if (stream is null)
            {
                return new Refusal { Code = RefusalCode.TooMany, Reason = "link.too-many-streams", Detail = "Too many streams are open." };
            }

            queued = queue.Add(FrameType.Request, method, number, request);
            if (queued is not (FrameQueue.Queued.Accepted or FrameQueue.Queued.MustSend))
            {
                streams!.Close(number);
                return PendingAsk.Lost();
            }

            lastStream = number;
            asks.Add(number, ask);
        }

        Send(queued);
        return new LinkStream<TResponse>(this, stream, ask.Answer);
    }

    internal void SendOfStream(FrameType type, uint stream) => Send(queue.Add(type, Method.None, stream, null));

    internal void Forget(DataStream stream) => streams?.Drop(stream);

    private bool TakeOfStream(in Frame frame)
        => frame.Type == FrameType.Data ? Streams.TakeData(frame.Stream, frame.Body) : Streams.TakeCredit(frame.Stream, frame.Body);
}
