using System.Text.Json;
using Rivet.Cryptography;
using Rivet.Lws.Frames;

namespace Rivet.Link.Recording;

/// <summary>
/// Writes down what passes over one link inside TLS, one JSON object a line: frames in clear as they are, records as they lie on the wire.
/// The records' keys are only written when asked for, and open everything written here. Safe for concurrent use.
/// </summary>
/// <param name="output">Where to; stays the caller's.</param>
/// <param name="withKeys">Whether the keys of the records are written.</param>
/// <param name="time">The clock of the lines.</param>
public sealed class LinkRecorder(Stream output, bool withKeys, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly long began = time.GetTimestamp();
    private readonly List<byte[]> made = [];

    /// <summary>How many lines were written.</summary>
    public int Lines { get; private set; }

    internal void Clear(bool fromServer, FrameType type, ReadOnlySpan<byte> body)
    {
        var frame = new byte[Lws.LwsConstants.HeaderSize + body.Length];
        FrameWriter.Write(frame, type, Wire.Method.None, 0, body);
        Write(fromServer, "clear", frame);
    }

    internal void Record(bool fromServer, ReadOnlySpan<byte> record) => Write(fromServer, "record", record);

    /// <summary>The same factory; the keys it makes are remembered when they are wanted.</summary>
    internal IAeadFactory Watch(IAeadFactory inner) => withKeys ? new Watched(inner, made) : inner;

    /// <summary>The handshake is over: its last two keys are those of the records.</summary>
    internal void Agreed(Wire.LinkCipher cipher)
    {
        if (!withKeys)
        {
            return;
        }

        lock (gate)
        {
            Line(json =>
            {
                json.WriteString("cipher", cipher.ToString());
                json.WriteString("client", Convert.ToHexStringLower(made[^2]));
                json.WriteString("server", Convert.ToHexStringLower(made[^1]));
            });
            made.Clear();
        }
    }

    private void Write(bool fromServer, string kind, ReadOnlySpan<byte> bytes)
    {
        var hex = Convert.ToHexStringLower(bytes);
        lock (gate)
        {
            Line(json =>
            {
                json.WriteNumber("ms", Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 3));
                json.WriteString("from", fromServer ? "server" : "client");
                json.WriteString(kind, hex);
            });
        }
    }

    private void Line(Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        output.Flush();
        Lines++;
    }

    private sealed class Watched(IAeadFactory inner, List<byte[]> made) : IAeadFactory
    {
        public IAeadKey Create(AeadSuite suite, ReadOnlySpan<byte> key)
        {
            made.Add(key.ToArray());
            return inner.Create(suite, key);
        }
    }
}
