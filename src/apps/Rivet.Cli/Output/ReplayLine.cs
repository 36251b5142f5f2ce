using System.Globalization;
using System.Text.Json;
using Rivet.Link.Recording;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Cli;

/// <summary>One line of a replayed session.</summary>
internal sealed class ReplayLine(ReplayedFrame said, bool withBodies)
{
    public string ToText(Words words)
    {
        var time = said.At.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture).PadLeft(10);
        var arrow = said.FromServer ? "◀" : "▶";
        if (said.Frame is not { } frame)
        {
            return $"{time}  {arrow}  {words["replay.shut", said.Size]}";
        }

        var what = frame.Method == Method.None ? frame.Type.ToString() : $"{frame.Type} {frame.Method}";
        var where = frame.Type is FrameType.Request or FrameType.Response or FrameType.Error or FrameType.Data or FrameType.End or FrameType.Credit or FrameType.Stop
            ? $" #{frame.Stream.ToString(CultureInfo.InvariantCulture)}"
            : "";
        var body = withBodies && !frame.Body.IsEmpty ? $"  {Convert.ToHexStringLower(frame.Body.Span)}" : "";
        return $"{time}  {arrow}  {(said.IsSealed ? "" : words["replay.clear"])}{what}{where}  {said.Size.ToString(CultureInfo.InvariantCulture)} B{body}";
    }

    public string ToJson()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("ms", Math.Round(said.At.TotalMilliseconds, 3));
            json.WriteString("from", said.FromServer ? "server" : "client");
            json.WriteBoolean("sealed", said.IsSealed);
            json.WriteNumber("size", said.Size);
            if (said.Frame is { } frame)
            {
                json.WriteString("frame", frame.Type.ToString());
                json.WriteString("method", frame.Method == Method.None ? null : frame.Method.ToString());
                json.WriteNumber("stream", frame.Stream);
                if (withBodies)
                {
                    json.WriteString("body", Convert.ToHexStringLower(frame.Body.Span));
                }
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
