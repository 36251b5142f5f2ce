using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;

namespace Rivet.Cli;

/// <summary>One JSON object on one line. Control characters are escaped, so a terminal never obeys a message.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Settings = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static void Write(TextWriter output, Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Settings))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        output.Write('\n');
    }

    /// <summary>An id as 32 hexadecimal digits; null when empty.</summary>
    public static void Id(this Utf8JsonWriter writer, string name, ByteString id)
    {
        if (id.IsEmpty)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteString(name, Convert.ToHexStringLower(id.Span));
        }
    }

    public static void Time(this Utf8JsonWriter writer, string name, long unixMilliseconds)
        => writer.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(unixMilliseconds, 0, 253_402_300_799_999)).UtcDateTime);
}
