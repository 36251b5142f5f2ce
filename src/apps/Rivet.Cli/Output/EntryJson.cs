using System.Text.Json;
using Rivet.Client;
using Rivet.Wire;

namespace Rivet.Cli;

/// <summary>An entry as <c>listen --json</c> and <c>read --json</c> print it. The field names are a promise: README.md lists them.</summary>
internal static class EntryJson
{
    public static void Write(TextWriter output, Entry entry, OpenedEntry opened, Names names, bool again) => JsonLine.Write(output, json =>
    {
        var content = opened.Content;
        json.WriteString("type", "entry");
        json.Id("conversation", entry.ConversationId);
        json.WriteNumber("sequence", entry.Sequence);
        json.WriteString("kind", Kind(content));
        json.Id("author", entry.AuthorPersonId);
        if (!entry.AuthorPersonId.IsEmpty)
        {
            json.WriteString("authorName", names.Person(entry.AuthorPersonId));
        }

        json.Id("device", entry.AuthorDeviceId);
        json.Id("messageId", entry.ClientMessageId);
        json.Time("time", entry.AppendedMs);
        json.Time("ownTime", entry.OwnTimeMs);
        if (content is not null)
        {
            WriteContent(json, content);
        }

        if (opened.Seal is not SealState.None)
        {
            json.WriteString("seal", opened.Seal.ToString().ToLowerInvariant());
        }

        if (again)
        {
            json.WriteBoolean("again", true);
        }
    });

    private static string Kind(Content? content) => content?.KindCase switch
    {
        Content.KindOneofCase.Post => "post",
        Content.KindOneofCase.Edit => "edit",
        Content.KindOneofCase.Recall => "recall",
        Content.KindOneofCase.Reaction => "reaction",
        Content.KindOneofCase.Membership => content.Membership.Left ? "left" : "joined",
        Content.KindOneofCase.Titled => "titled",
        _ => "unreadable",
    };

    private static void WriteContent(Utf8JsonWriter json, Content content)
    {
        switch (content.KindCase)
        {
            case Content.KindOneofCase.Post:
                WriteBody(json, content.Post.Body);
                WriteMentions(json, content.Post.Mentions);
                if (content.Post.Thread != 0)
                {
                    json.WriteNumber("thread", content.Post.Thread);
                }

                if (content.Post.Emote)
                {
                    json.WriteBoolean("emote", true);
                }

                WriteAttachments(json, content.Post.Attachments);
                break;
            case Content.KindOneofCase.Edit:
                json.WriteNumber("target", content.Edit.Target);
                WriteBody(json, content.Edit.Body);
                WriteMentions(json, content.Edit.Mentions);
                break;
            case Content.KindOneofCase.Recall:
                json.WriteNumber("target", content.Recall.Target);
                break;
            case Content.KindOneofCase.Reaction:
                json.WriteNumber("target", content.Reaction.Target);
                json.WriteString("emoji", content.Reaction.Emoji);
                json.WriteBoolean("removed", content.Reaction.Removed);
                break;
            case Content.KindOneofCase.Membership:
                json.Id("person", content.Membership.PersonId);
                break;
            case Content.KindOneofCase.Titled:
                json.WriteString("title", content.Titled.Title);
                break;
            default:
                break;
        }
    }

    private static void WriteBody(Utf8JsonWriter json, Body? body)
    {
        if (body?.FormCase is Body.FormOneofCase.Opaque)
        {
            json.WriteString("opaque", body.Opaque.Scheme);
        }
        else
        {
            json.WriteString("text", body?.Text ?? "");
        }
    }

    private static void WriteMentions(Utf8JsonWriter json, IReadOnlyCollection<Mention> mentions)
    {
        if (mentions.Count == 0)
        {
            return;
        }

        json.WriteStartArray("mentions");
        foreach (var mention in mentions)
        {
            json.WriteStartObject();
            json.Id("person", mention.PersonId);
            json.WriteNumber("offset", mention.Offset);
            json.WriteNumber("length", mention.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAttachments(Utf8JsonWriter json, IReadOnlyCollection<Attachment> attachments)
    {
        if (attachments.Count == 0)
        {
            return;
        }

        json.WriteStartArray("attachments");
        foreach (var attachment in attachments)
        {
            json.WriteStartObject();
            json.Id("file", attachment.FileId);
            json.WriteString("name", attachment.Name);
            json.WriteString("mediaType", attachment.MediaType);
            json.WriteNumber("size", attachment.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
