using System.Diagnostics.CodeAnalysis;
using System.Text;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>The bounds of a Content. What passes is stored and forwarded byte for byte, fields of the future included.</summary>
internal static class ContentRules
{
    /// <summary>Parses what a client sent as a message: a post, an edit, a recall or a reaction within its bounds.</summary>
    public static MessagingRefusal TryParse(ReadOnlySpan<byte> bytes, out Content? content)
    {
        if (!TryParseAny(bytes, imported: false, out content, out var refusal))
        {
            return refusal;
        }

        return content.KindCase is Content.KindOneofCase.Membership or Content.KindOneofCase.Titled
            ? MessagingRefusal.KindNotAllowed
            : CheckPointers(content);
    }

    /// <summary>
    /// Parses what an import brings: every kind is allowed, and a post without text, which other messengers have;
    /// what it points at is given beside it.
    /// </summary>
    public static MessagingRefusal TryParseImported(ReadOnlySpan<byte> bytes, out Content? content)
        => TryParseAny(bytes, imported: true, out content, out var refusal) ? MessagingRefusal.None : refusal;

    /// <summary>The sequence an entry points at; 0 for none.</summary>
    public static ulong TargetOf(Content content) => content.KindCase switch
    {
        Content.KindOneofCase.Post => content.Post.Thread,
        Content.KindOneofCase.Edit => content.Edit.Target,
        Content.KindOneofCase.Recall => content.Recall.Target,
        Content.KindOneofCase.Reaction => content.Reaction.Target,
        _ => 0,
    };

    /// <summary>
    /// Whether the bytes hold a body, or what belongs to one, that the server could read. What is no content is left to <see cref="TryParse"/>. The scheme is not
    /// judged: whether a ciphertext is one, only those who have the key can say.
    /// </summary>
    public static bool IsInClear(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var content = Content.Parser.ParseFrom(bytes);
            return content.KindCase switch
            {
                Content.KindOneofCase.Post => content.Post.Body?.FormCase is not Body.FormOneofCase.Opaque || content.Post.Mentions.Count > 0,
                Content.KindOneofCase.Edit => content.Edit.Body?.FormCase is not Body.FormOneofCase.Opaque || content.Edit.Mentions.Count > 0,
                _ => false,
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    public static bool IsTitle(string title)
        => title.Length > 0 && title.EnumerateRunes().Count() <= Bounds.TitleCharacters && !string.IsNullOrWhiteSpace(title);

    private static bool TryParseAny(ReadOnlySpan<byte> bytes, bool imported, [NotNullWhen(true)] out Content? content, out MessagingRefusal refusal)
    {
        content = null;
        if (bytes.Length > Bounds.ContentBytes)
        {
            refusal = MessagingRefusal.TooLarge;
            return false;
        }

        try
        {
            content = Content.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            refusal = MessagingRefusal.Malformed;
            return false;
        }

        refusal = content.KindCase switch
        {
            Content.KindOneofCase.Post => CheckPost(content.Post, imported),
            Content.KindOneofCase.Edit => Check(content.Edit.Body, content.Edit.Mentions, mayBeEmpty: imported),
            Content.KindOneofCase.Recall => MessagingRefusal.None,
            Content.KindOneofCase.Reaction => IsShort(content.Reaction.Emoji, Bounds.EmojiBytes) ? MessagingRefusal.None : MessagingRefusal.Malformed,
            Content.KindOneofCase.Membership => IsPerson(content.Membership.PersonId) ? MessagingRefusal.None : MessagingRefusal.Malformed,
            Content.KindOneofCase.Titled => IsTitle(content.Titled.Title) ? MessagingRefusal.None : MessagingRefusal.Malformed,
            _ => MessagingRefusal.KindNotAllowed,
        };
        return refusal == MessagingRefusal.None;
    }

    private static MessagingRefusal CheckPointers(Content content)
    {
        var pointsAtNothing = content.KindCase != Content.KindOneofCase.Post && TargetOf(content) == 0;
        return pointsAtNothing || TargetOf(content) > long.MaxValue ? MessagingRefusal.UnknownTarget : MessagingRefusal.None;
    }

    private static MessagingRefusal CheckPost(Post post, bool imported)
    {
        if (post.Attachments.Count == 0 || post.Body is not null)
        {
            var refusal = Check(post.Body, post.Mentions, mayBeEmpty: imported || post.Attachments.Count > 0);
            if (refusal != MessagingRefusal.None)
            {
                return refusal;
            }
        }

        if (post.Attachments.Count > Bounds.Attachments || (post.EditedMs != 0 && !imported))
        {
            return MessagingRefusal.Malformed;
        }

        foreach (var attachment in post.Attachments)
        {
            if (!IsShort(attachment.Name, Bounds.AttachmentNameBytes)
                || Encoding.UTF8.GetByteCount(attachment.MediaType) > Bounds.MediaTypeBytes
                || attachment.FileId.Length is not (0 or EntityId.Size))
            {
                return MessagingRefusal.Malformed;
            }
        }

        return MessagingRefusal.None;
    }

    private static MessagingRefusal Check(Body? body, Google.Protobuf.Collections.RepeatedField<Mention> mentions, bool mayBeEmpty)
    {
        var bytes = 0;
        switch (body?.FormCase)
        {
            case Body.FormOneofCase.Text:
                bytes = Encoding.UTF8.GetByteCount(body.Text);
                if (bytes > Bounds.TextBytes)
                {
                    return MessagingRefusal.TooLarge;
                }

                break;
            case Body.FormOneofCase.Opaque when IsOpaque(body.Opaque):
                bytes = int.MaxValue;
                break;
            default:
                return MessagingRefusal.Malformed;
        }

        return (bytes == 0 && !mayBeEmpty) || mentions.Count > Bounds.Mentions ? MessagingRefusal.Malformed : CheckMentions(mentions, bytes);
    }

    private static MessagingRefusal CheckMentions(Google.Protobuf.Collections.RepeatedField<Mention> mentions, int bytes)
    {
        foreach (var mention in mentions)
        {
            if ((mention.PersonId.Length != 0 && !IsPerson(mention.PersonId)) || (ulong)mention.Offset + mention.Length > (ulong)bytes)
            {
                return MessagingRefusal.Malformed;
            }
        }

        return MessagingRefusal.None;
    }

    private static bool IsOpaque(Opaque opaque)
        => IsShort(opaque.Scheme, Bounds.OpaqueNameBytes)
        && Encoding.UTF8.GetByteCount(opaque.KeyId) <= Bounds.OpaqueNameBytes
        && opaque.Ciphertext.Length is > 0 and <= Bounds.OpaqueBytes;

    private static bool IsShort(string text, int bytes) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= bytes;

    private static bool IsPerson(ByteString bytes) => EntityId.TryRead<PersonId>(bytes.Span, out _);
}
