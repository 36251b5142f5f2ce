using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Link.Recording;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Link.Dialling;

/// <summary>A frame in clear.</summary>
internal readonly record struct ClearFrame(FrameType Type, byte[] Body);

/// <summary>Frames in clear, before there are keys.</summary>
internal sealed class HandshakeLine(Stream stream, LinkRecorder? recorder = null)
{
    /// <summary>What comes in; goes on to whoever reads after the handshake.</summary>
    public PipeReader Input { get; } = PipeReader.Create(
        stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024, minimumReadSize: 4 * 1024, leaveOpen: true));

    public async Task SendAsync(FrameType type, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        recorder?.Clear(fromServer: false, type, body.Span);
        var frame = new ArrayBufferWriter<byte>(LwsConstants.HeaderSize + body.Length);
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        await stream.WriteAsync(frame.WrittenMemory, ct);
    }

    /// <summary>The server's answer to the initiate; under load the server wants a puzzle solved first.</summary>
    public async Task<Result<byte[], LinkRefusal>> ReadRespondAsync(ReadOnlyMemory<byte> initiate, CancellationToken ct)
    {
        var answer = await ReadAsync(FrameType.Respond, ct, or: FrameType.Puzzle);
        if (answer.TryGet(out var said, out var why) && said.Type == FrameType.Puzzle)
        {
            // Away from the caller's thread: it takes up to a second.
            if (await Task.Run(() => Puzzles.Solve(said.Body, initiate.Span, ct), ct) is not { } solution)
            {
                return LinkRefusal.ProtocolError;
            }

            await SendAsync(FrameType.Solution, solution.ToByteArray(), ct);
            answer = await ReadAsync(FrameType.Respond, ct);
        }

        return answer.TryGet(out said, out why) ? said.Body : why;
    }

    /// <summary>The next frame, which must be of a type; a close says why there is none.</summary>
    public async Task<Result<ClearFrame, LinkRefusal>> ReadAsync(FrameType expected, CancellationToken ct, FrameType? or = null)
    {
        while (true)
        {
            var read = await Input.ReadAsync(ct);
            var rest = read.Buffer;
            var status = FrameReader.TryRead(ref rest, LwsConstants.MaxHandshakeFrame, out var frame);
            var said = new ClearFrame(frame.Type, status == FrameStatus.Complete ? frame.Body.ToArray() : []);
            Input.AdvanceTo(rest.Start, status == FrameStatus.Incomplete ? read.Buffer.End : rest.Start);
            if (status == FrameStatus.Incomplete)
            {
                if (read.IsCompleted)
                {
                    return LinkRefusal.Unavailable;
                }

                continue;
            }

            if (status != FrameStatus.Complete)
            {
                return LinkRefusal.ProtocolError;
            }

            recorder?.Clear(fromServer: true, said.Type, said.Body);
            return said.Type == expected || said.Type == or ? said
                : said.Type == FrameType.Close ? Why(said.Body)
                : LinkRefusal.ProtocolError;
        }
    }

    /// <summary>What a close means to who dials.</summary>
    public static LinkRefusal Why(byte[] close) => LinkClose.Read(new ReadOnlySequence<byte>(close)) switch
    {
        CloseReason.Refused or CloseReason.SignedOut => LinkRefusal.Refused,
        CloseReason.Version => LinkRefusal.VersionMismatch,
        CloseReason.ShuttingDown or CloseReason.Idle => LinkRefusal.Unavailable,
        _ => LinkRefusal.ProtocolError,
    };
}
