using System.Text;

namespace Rivet.Client.Slack;

/// <summary>
/// The words of a message: its text, what an application put into attachments (previews of links, which repeat what
/// lies elsewhere, are left out), and the words of its blocks where there is no text.
/// </summary>
internal static class MessageWords
{
    public static string Of(Fields fields)
    {
        var text = fields.Text("text") ?? "";
        var attached = fields.Objects("attachments", Attachment).Where(words => words.Length > 0);
        var words = string.Join('\n', (text.Length > 0 ? attached.Prepend(text) : attached));
        return words.Length > 0 ? words : string.Join(' ', fields.TextsBelow("blocks")).Trim();
    }

    private static string Attachment(Fields fields)
    {
        if (fields.Text("from_url") is not null)
        {
            return "";
        }

        var words = new StringBuilder();
        Add(fields.Text("pretext"));
        Add(fields.Text("title") is { Length: > 0 } title && fields.Text("title_link") is { Length: > 0 } link
            ? $"<{link}|{title}>"
            : fields.Text("title"));
        Add(fields.Text("text"));
        foreach (var (name, value) in fields.Objects("fields", field => (field.Text("title"), field.Text("value"))))
        {
            Add(string.IsNullOrEmpty(name) ? value : $"{name}: {value}");
        }

        if (words.Length == 0)
        {
            Add(fields.Text("fallback"));
        }

        return words.ToString().TrimEnd('\n');

        void Add(string? line)
        {
            if (!string.IsNullOrEmpty(line))
            {
                words.Append(line).Append('\n');
            }
        }
    }
}
