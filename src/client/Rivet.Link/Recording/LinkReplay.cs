using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Rivet.Cryptography;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Link.Recording;

/// <summary>One thing that was said.</summary>
/// <param name="At">When, from the beginning of the recording.</param>
/// <param name="FromServer">Who said it.</param>
/// <param name="IsSealed">Whether it came in a record.</param>
/// <param name="Frame">The frame; null for a record whose keys were not written.</param>
/// <param name="Size">Bytes of the whole frame, or of the record that stayed shut.</param>
public sealed record ReplayedFrame(TimeSpan At, bool FromServer, bool IsSealed, SaidFrame? Frame, int Size);

/// <summary>A frame out of a recording.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Method">Of a request or a push.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Body">Its body.</param>
public sealed record SaidFrame(FrameType Type, Method Method, uint Stream, ReadOnlyMemory<byte> Body);

/// <summary>Reads what <see cref="LinkRecorder"/> wrote, and opens its records where the keys are there.</summary>
public static class LinkReplay
{
    private const int MaxLine = 2 * (RecordLimits.MaxRecord + 1024);

    /// <summary>What was said, in its order.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="aeads">The ciphers of the records.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="InvalidDataException">A line is none of a recording, or a record does not open under the keys that came before it.</exception>
    public static async IAsyncEnumerable<ReplayedFrame> ReadAsync(TextReader recording, IAeadFactory aeads, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(aeads);
        RecordOpener? client = null, server = null;
        try
        {
            for (var number = 1; await recording.ReadLineAsync(ct) is { } text; number++)
            {
                var line = Parse(text, number);
                if (line.Keys is { } keys)
                {
                    client?.Dispose();
                    server?.Dispose();
                    (client, server) = (Open(aeads, keys.Suite, keys.Client), Open(aeads, keys.Suite, keys.Server));
                    continue;
                }

                foreach (var frame in line.IsSealed ? await OpenAsync(line, line.FromServer ? server : client, number) : Cut(line, line.Bytes, number, LwsConstants.MaxHandshakeFrame))
                {
                    yield return frame;
                }
            }
        }
        finally
        {
            client?.Dispose();
            server?.Dispose();
        }
    }

    private static async Task<List<ReplayedFrame>> OpenAsync(Line line, RecordOpener? opener, int number)
    {
        if (opener is null)
        {
            return [new ReplayedFrame(line.At, line.FromServer, true, null, line.Bytes.Length)];
        }

        var received = new ReadOnlySequence<byte>(line.Bytes);
        if (RecordOpener.Find(received, out var size) != RecordStatus.Complete)
        {
            throw Bad(number);
        }

        var plaintext = new byte[size + AeadSizes.Tag];
        return await opener.OpenAsync(received, size, plaintext) ? Cut(line, plaintext[..size], number, LwsConstants.MaxFrame) : throw Bad(number);
    }

    private static List<ReplayedFrame> Cut(Line line, byte[] bytes, int number, int limit)
    {
        var frames = new List<ReplayedFrame>();
        var rest = new ReadOnlySequence<byte>(bytes);
        FrameStatus status;
        while ((status = line.IsSealed ? RecordFrames.TryRead(ref rest, out var frame) : Next(ref rest, limit, out frame)) == FrameStatus.Complete)
        {
            var body = frame.Body.ToArray();
            frames.Add(new ReplayedFrame(
                line.At, line.FromServer, line.IsSealed, new SaidFrame(frame.Type, frame.Method, frame.Stream, body), LwsConstants.HeaderSize + body.Length));
        }

        return status == FrameStatus.End ? frames : throw Bad(number);
    }

    private static FrameStatus Next(ref ReadOnlySequence<byte> rest, int limit, out Frame frame)
    {
        frame = default;
        return rest.IsEmpty ? FrameStatus.End : FrameReader.TryRead(ref rest, limit, out frame);
    }

    private static RecordOpener Open(IAeadFactory aeads, AeadSuite suite, byte[] key) => new(aeads, suite, aeads.Create(suite, key));

    private static Line Parse(string text, int number)
    {
        if (text.Length > MaxLine)
        {
            throw Bad(number);
        }

        try
        {
            using var parsed = JsonDocument.Parse(text);
            var line = parsed.RootElement;
            if (line.TryGetProperty("cipher", out var cipher))
            {
                var suite = cipher.GetString() switch
                {
                    nameof(LinkCipher.Aes256Gcm) => AeadSuite.Aes256Gcm,
                    nameof(LinkCipher.Chacha20Poly1305) => AeadSuite.ChaCha20Poly1305,
                    _ => throw Bad(number),
                };
                return new Line(default, false, false, [], (suite, Key(line, "client", number), Key(line, "server", number)));
            }

            var isSealed = line.TryGetProperty("record", out var bytes);
            var from = line.GetProperty("from").GetString();
            return new Line(
                TimeSpan.FromMilliseconds(line.GetProperty("ms").GetDouble()),
                from is "server" or "client" ? from == "server" : throw Bad(number),
                isSealed,
                Convert.FromHexString((isSealed ? bytes : line.GetProperty("clear")).GetString() ?? ""),
                null);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or OverflowException)
        {
            throw Bad(number);
        }
    }

    private static byte[] Key(JsonElement line, string side, int number)
        => Convert.FromHexString(line.GetProperty(side).GetString() ?? "") is { Length: AeadSizes.Key } key ? key : throw Bad(number);

    private static InvalidDataException Bad(int number) => new($"Line {number} is none of a recording, or does not open under the keys before it.");

    private sealed record Line(TimeSpan At, bool FromServer, bool IsSealed, byte[] Bytes, (AeadSuite Suite, byte[] Client, byte[] Server)? Keys);
}
