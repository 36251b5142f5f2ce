using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>A syslog message as another program reads it.</summary>
internal sealed record SyslogMessage(int Priority, string Time, string Host, string Application, string Process, string Kind, IReadOnlyDictionary<string, string> Data, JsonElement Json);

/// <summary>A reader of RFC 5425 and RFC 5424, written from the two and from nothing else; anything else throws.</summary>
internal static class SyslogReader
{
    public static List<SyslogMessage> ReadAll(ReadOnlySpan<byte> stream)
    {
        var messages = new List<SyslogMessage>();
        while (!stream.IsEmpty)
        {
            var space = stream.IndexOf((byte)' ');
            Assert.InRange(stream[0], (byte)'1', (byte)'9');
            var length = int.Parse(Encoding.ASCII.GetString(stream[..space]), NumberStyles.None, CultureInfo.InvariantCulture);
            var message = stream.Slice(space + 1, length);
            foreach (var one in message)
            {
                Assert.True(one is >= 0x20 and not 0x7F, "a control character would end a line for many a reader");
            }

            messages.Add(Read(message));
            stream = stream[(space + 1 + length)..];
        }

        return messages;
    }

    private static SyslogMessage Read(ReadOnlySpan<byte> message)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message);
        var at = 0;
        Assert.Equal('<', text[at++]);
        var end = text.IndexOf('>', StringComparison.Ordinal);
        var priority = int.Parse(text[at..end], NumberStyles.None, CultureInfo.InvariantCulture);
        Assert.InRange(priority, 0, 191);
        at = end + 1;
        Assert.Equal("1", Field(text, ref at, 3));
        var (time, host, application, process, kind) = (Field(text, ref at, 32), Field(text, ref at, 255), Field(text, ref at, 48), Field(text, ref at, 128), Field(text, ref at, 32));
        var data = Data(text, ref at);
        Assert.Equal(' ', text[at++]);
        Assert.Equal('\uFEFF', text[at++]);
        return new(priority, time, host, application, process, kind, data, JsonDocument.Parse(text[at..]).RootElement);
    }

    private static string Field(string text, ref int at, int longest)
    {
        var end = text.IndexOf(' ', at);
        var field = text[at..end];
        Assert.InRange(field.Length, 1, longest);
        Assert.All(field, character => Assert.InRange(character, '!', '~'));
        at = end + 1;
        return field;
    }

    private static Dictionary<string, string> Data(string text, ref int at)
    {
        var data = new Dictionary<string, string>();
        Assert.Equal('[', text[at++]);
        data["id"] = Until(text, ref at, ' ');
        while (true)
        {
            var name = Until(text, ref at, '=');
            Assert.Equal('"', text[at++]);
            var value = new StringBuilder();
            while (text[at] != '"')
            {
                Assert.NotEqual(']', text[at]);
                if (text[at] == '\\' && text[at + 1] is '"' or '\\' or ']')
                {
                    at++;
                }

                value.Append(text[at++]);
            }

            data["param." + name] = value.ToString();
            at++;
            if (text[at++] == ']')
            {
                return data;
            }
        }
    }

    private static string Until(string text, ref int at, char stop)
    {
        var end = text.IndexOf(stop, at);
        var part = text[at..end];
        at = end + 1;
        return part;
    }
}
