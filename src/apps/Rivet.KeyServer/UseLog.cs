using System.Buffers;
using System.Text.Json;

namespace Rivet.KeyServer;

/// <summary>
/// The uses of the keys, one line of JSON each, appended before the answer leaves: a use that cannot be written down is refused. Never key material, never
/// what was wrapped. The file may be moved away at any time; the next line makes a new one.
/// </summary>
internal sealed class UseLog(string file, TimeProvider time)
{
    private static readonly TimeSpan StrangersEvery = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private long? strangersAt;
    private long strangers;

    /// <exception cref="IOException">It cannot be written down.</exception>
    public void Write(string who, XksOperation operation, string key, string result, XksRequest? request, TimeSpan took)
        => Append(json =>
        {
            json.WriteString("who", who);
            json.WriteString("operation", operation.ToString().ToLowerInvariant());
            json.WriteString("key", key);
            json.WriteString("result", result);
            json.WriteString("request", request?.KmsRequest);
            json.WriteString("kmsOperation", request?.KmsOperation);
            json.WriteString("kmsKey", request?.KmsKey);
            json.WriteString("principal", request?.Principal);
            json.WriteString("via", request?.Via);
            json.WriteNumber("ms", Math.Round(took.TotalMilliseconds, 1));
        });

    /// <summary>A person's device that enrolled or was given message keys, or was refused them.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    public void WriteDevice(EnrolledDevice device, string operation, IReadOnlyList<string> keys, string result, TimeSpan took)
        => Append(json =>
        {
            json.WriteString("person", device.Person);
            json.WriteString("device", device.Number);
            json.WriteString("operation", operation);
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
            json.WriteString("result", result);
            json.WriteNumber("ms", Math.Round(took.TotalMilliseconds, 1));
        });

    /// <summary>Somebody whose signature is not believed: a line a second at most, with their number, so that strangers do not fill the disk.</summary>
    public void WriteStranger(string why, string from)
    {
        lock (gate)
        {
            strangers++;
            if (strangersAt is { } last && time.GetElapsedTime(last) < StrangersEvery)
            {
                return;
            }

            Append(json =>
            {
                json.WriteString("result", "AuthenticationFailedException");
                json.WriteString("why", why);
                json.WriteString("from", from);
                json.WriteNumber("since", strangers);
            });
            (strangersAt, strangers) = (time.GetTimestamp(), 0);
        }
    }

    private void Append(Action<Utf8JsonWriter> fields)
    {
        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("at", time.GetUtcNow());
            fields(json);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        lock (gate)
        {
            using var stream = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            stream.Write(line.WrittenSpan);
        }
    }
}
