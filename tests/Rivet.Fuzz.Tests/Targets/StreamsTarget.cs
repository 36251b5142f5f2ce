using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>
/// The streams of a connection, and their credit. Input: operations of four bytes each: which, on which stream, how much (two bytes). They
/// are played until one is refused, as a connection ends there.
/// </summary>
internal static class StreamsTarget
{
    private const int MaxOperations = 400;

    public static void Run(ReadOnlySpan<byte> input)
    {
        var model = new Connection();
        for (var number = 0; number < MaxOperations && input.Length >= 4; number++, input = input[4..])
        {
            if (!model.Play(input[0] % 8, 1 + (uint)(input[1] % 24), BinaryPrimitives.ReadUInt16BigEndian(input[2..])))
            {
                break;
            }
        }

        model.End();
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds() =>
    [
        ("echo", [0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 1, 0, 2, 0, 0, 0, 5, 0, 0, 0]),
        ("credit", [0, 0, 0, 0, 4, 0, 64, 0, 4, 255, 64, 0, 1, 0, 255, 255, 1, 0, 255, 255, 6, 0, 255, 255]),
        ("stop", [0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 0, 1, 0, 2, 0, 2, 0, 0, 0, 5, 0, 0, 0, 1, 0, 2, 0]),
        ("two", [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 9, 1, 1, 9, 9, 7, 1, 0, 0, 5, 0, 0, 0, 6, 1, 9, 9]),
    ];

    /// <summary>The real table, and what docs/protocol/lws.md §7.2 says of it in numbers.</summary>
    private sealed class Connection
    {
        private readonly FrameQueue queue = new(1 << 24);
        private readonly StreamTable table;
        private readonly Dictionary<uint, DataStream> streams = [];
        private readonly Dictionary<uint, long> window = [];
        private readonly Dictionary<uint, long> unread = [];
        private readonly HashSet<uint> answered = [], ended = [], stopped = [];
        private long connectionWindow = LwsConstants.ConnectionCredit;
        private uint newest;

        public Connection() => table = new StreamTable(queue, _ => { });

        /// <summary>False when the peer broke the protocol.</summary>
        public bool Play(int operation, uint number, int amount)
        {
            var goesOn = operation switch
            {
                0 => Open(),
                1 => Data(number, amount + 1),
                2 => Same(table.TakeEnd(number), number <= newest && !(IsLive(number) && !ended.Add(number)), "end"),
                3 => Stop(number),
                4 => Credit(number == 24 ? 0 : number, amount),
                5 => Close(number),
                6 => Read(number, amount + 1),
                _ => Drop(number),
            };
            TakeGrants();
            return goesOn;
        }

        public void End()
        {
            table.Abandon();
            Promise.Holds(streams.Values.All(stream => stream.IsOver), "with the link every stream is over");
            Promise.Holds(table.TryOpen(newest + 1) is null, "an ended link opens no stream");
            queue.Abandon();
        }

        private bool IsLive(uint number) => streams.ContainsKey(number) && !answered.Contains(number) && !stopped.Contains(number);

        private bool Open()
        {
            var stream = table.TryOpen(++newest);
            Promise.Holds(stream is not null == streams.Count - answered.Count < LwsConstants.MaxStreams, "exactly so many streams open");
            if (stream is not null)
            {
                (streams[newest], window[newest], unread[newest]) = (stream, LwsConstants.StreamCredit, 0);
            }

            return true;
        }

        private bool Data(uint number, int bytes)
        {
            var isLive = IsLive(number);
            var isGood = bytes <= connectionWindow && (isLive ? bytes <= window[number] && !ended.Contains(number) : number <= newest);
            connectionWindow -= bytes;
            if (isLive)
            {
                window[number] -= bytes;
                unread[number] += bytes;
            }

            return Same(table.TakeData(number, new ReadOnlySequence<byte>(new byte[bytes])), isGood, "data");
        }

        private bool Stop(uint number)
        {
            if (streams.ContainsKey(number) && !answered.Contains(number))
            {
                stopped.Add(number);
                unread[number] = 0;
            }

            return Same(table.TakeStop(number), number <= newest, "stop");
        }

        private bool Credit(uint number, int amount)
        {
            var stream = number != 0 && streams.TryGetValue(number, out var found) && !answered.Contains(number) ? found : null;
            var before = stream?.Sending.Available ?? 0;
            var bytes = (uint)amount << 9;
            var taken = table.TakeCredit(number, new ReadOnlySequence<byte>(new Credit { Bytes = bytes }.ToByteArray()));
            if (stream is not null)
            {
                Promise.Holds(stream.Sending.Available == before + (taken ? bytes : 0), "credit is counted as it is granted");
                Promise.Holds(stream.Sending.Available is >= 0 and <= LwsConstants.MaxCredit, "credit stays within its bounds");
                Promise.Holds(taken == (bytes > 0 && before + bytes <= LwsConstants.MaxCredit), "credit is taken within its bounds, and no other");
            }

            Promise.Holds(!taken || (bytes > 0 && number <= newest), "empty credit, and credit of no stream, is refused");
            return taken;
        }

        private bool Close(uint number)
        {
            table.Close(number);
            if (streams.TryGetValue(number, out var stream))
            {
                answered.Add(number);
                Promise.Holds(stream.IsOver, "an answered stream is over");
            }

            return true;
        }

        private bool Read(uint number, int amount)
        {
            // A reader that would wait is left out.
            if (streams.TryGetValue(number, out var stream) && (unread[number] > 0 || stream.IsOver || ended.Contains(number)))
            {
                var count = Promise.Now(stream.ReadAsync(new byte[amount], default));
                Promise.Holds(count <= unread[number] && count > 0 == unread[number] > 0, "a reader gets what came, and no more");
                unread[number] -= count;
            }

            return true;
        }

        private bool Drop(uint number)
        {
            if (streams.TryGetValue(number, out var stream) && answered.Contains(number))
            {
                table.Drop(stream);
                unread[number] = 0;
            }

            return true;
        }

        /// <summary>What the table grants to its peer, out of the frames it queued.</summary>
        private void TakeGrants()
        {
            while (queue.TryTake() is { } segment)
            {
                var rest = new ReadOnlySequence<byte>(segment.Bytes);
                while (FrameReader.TryRead(ref rest, LwsConstants.MaxFrame, out var frame) == FrameStatus.Complete)
                {
                    var bytes = Wire.Credit.Parser.ParseFrom(frame.Body).Bytes;
                    Promise.Holds(frame.Type == FrameType.Credit && bytes > 0, "nothing is queued here but credit, and none is empty");
                    if (frame.Stream == 0)
                    {
                        connectionWindow += bytes;
                    }
                    else
                    {
                        window[frame.Stream] += bytes;
                        Promise.Holds(window[frame.Stream] <= LwsConstants.StreamCredit, "no stream is granted more than its window");
                    }
                }

                queue.Sent(segment);
            }

            Promise.Holds(connectionWindow <= LwsConstants.ConnectionCredit, "a connection is granted no more than its window");
        }

        private static bool Same(bool said, bool expected, string what)
        {
            Promise.Holds(said == expected, $"of {what} the page says {expected}");
            return said;
        }
    }
}
