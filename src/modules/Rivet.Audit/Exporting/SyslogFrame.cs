using System.Buffers;
using System.Globalization;
using System.Text;
using Rivet.Kernel;

namespace Rivet.Audit.Exporting;

/// <summary>
/// An event as a syslog message in a frame: RFC 5424 §6 and RFC 5425 §4.3. Every field is of printable ASCII, so that nothing an event holds ends a
/// field, a message or a line. The structured data stand under 32473, the number that RFC 5612 keeps for those who have none.
/// </summary>
internal static class SyslogFrame
{
    private const int LogAudit = 13;
    private const int LongestHost = 255;
    private const int LongestKind = 32;
    private static ReadOnlySpan<byte> Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>Writes one frame.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="host">What this machine is called.</param>
    /// <param name="log">The log's origin.</param>
    /// <param name="line">The event; its JSON is ASCII.</param>
    public static void Write(IBufferWriter<byte> output, string host, string log, ExportLine line)
    {
        var fact = line.Entry.Event;
        var header = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"<{(LogAudit * 8) + Severity(fact.Kind.Severity)}>1 {Time(fact.At)} {Printable(host, LongestHost)} rivet - {Printable(fact.Kind.Name, LongestKind)} [rivet@32473 id=\"{Value(fact.Id.ToString())}\" log=\"{Value(log)}\"] "));
        var length = header.Length + Bom.Length + line.Json.Length;
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} ")));
        output.Write(header);
        output.Write(Bom);
        output.Write(line.Json.Span);
    }

    /// <summary>OCSF counts up to what is worst, syslog down to it.</summary>
    private static int Severity(EventSeverity severity) => severity switch
    {
        EventSeverity.Low => 5,
        EventSeverity.Medium => 4,
        EventSeverity.High => 3,
        EventSeverity.Critical => 2,
        EventSeverity.Fatal => 1,
        _ => 6,
    };

    private static string Time(DateTimeOffset at)
        => at == default ? "-" : at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Printable(string text, int longest)
        => text.Length == 0 ? "-" : string.Create(Math.Min(text.Length, longest), text, Fill);

    /// <summary>PARAM-VALUE: a quote, a backslash and a bracket are escaped (RFC 5424 §6.3.3).</summary>
    private static string Value(string text)
    {
        var value = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' or ']' => value.Append('\\').Append(character),
                >= ' ' and <= '~' => value.Append(character),
                _ => value.Append('?'),
            };
        }

        return value.ToString();
    }

    private static void Fill(Span<char> to, string from)
    {
        for (var at = 0; at < to.Length; at++)
        {
            to[at] = from[at] > ' ' && from[at] <= '~' ? from[at] : '?';
        }
    }
}
