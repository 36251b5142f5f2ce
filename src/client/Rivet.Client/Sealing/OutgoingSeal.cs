using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Kernel;
using Rivet.MessageKeys;
using Rivet.Wire;

namespace Rivet.Client.Sealing;

/// <summary>
/// What a queued message becomes before it leaves. A device that is enrolled with the company's key server seals every post and edit, whatever the Rivet server
/// says of the company: a server that forgot the setting is sent nothing in clear.
/// </summary>
internal sealed class OutgoingSeal(LocalStore store, KeyRing ring, SealingParts? parts)
{
    /// <summary>The content to send, or why it cannot be sent, or not yet.</summary>
    public async ValueTask<Outgoing> SealAsync(byte[] messageId, OutgoingRecord message, Profile profile, CancellationToken ct)
    {
        if (!message.Sealed.IsEmpty)
        {
            return new Outgoing(message.Sealed, null);
        }

        var content = Content.Parser.ParseFrom(message.Content);
        var body = content.KindCase switch { Content.KindOneofCase.Post => content.Post.Body ?? new Body { Text = "" }, Content.KindOneofCase.Edit => content.Edit.Body, _ => null };
        if (body?.FormCase is not Body.FormOneofCase.Text)
        {
            return new Outgoing(message.Content, null);
        }

        if (!ring.IsEnrolled || parts is null)
        {
            return store.Sealing() is { Enabled: true, Required: true } ? new Outgoing(null, new ClientRefusal(ClientRefusal.KeysNotEnrolled)) : new Outgoing(message.Content, null);
        }

        if (ring.Current() is not { } key
            || SealedPlace.Of(profile.Company, EntityId.Read<ConversationId>(message.ConversationId.Span), profile.Person, profile.Device, messageId, content) is not { } place
            || await CompanyCipher.SealAsync(ring, parts.Aeads, key, place, Take(content, body)) is not { } opaque)
        {
            return Outgoing.Waits(ClientRefusal.OfKeyServer(ring.State));
        }

        if (content.KindCase is Content.KindOneofCase.Post)
        {
            content.Post.Body = new Body { Opaque = opaque };
        }
        else
        {
            content.Edit.Body = new Body { Opaque = opaque };
        }

        var bytes = content.ToByteString();
        store.KeepSealed(messageId, bytes);
        await store.DurableAsync(ct);
        return new Outgoing(bytes, null);
    }

    /// <summary>The message is the server's: its files' keys are in it, and nowhere else any more.</summary>
    public void Delivered(OutgoingRecord message)
    {
        if (Content.Parser.ParseFrom(message.Content) is { Post: { Attachments.Count: > 0 } post } && ring.IsEnrolled)
        {
            store.ForgetFileKeys(post.Attachments.Select(file => file.FileId));
        }
    }

    /// <summary>Takes out of a content what is to be sealed, and leaves a place for it.</summary>
    private SealedBody Take(Content content, Body body)
    {
        var taken = new SealedBody { Text = body.Text };
        if (content.KindCase is Content.KindOneofCase.Edit)
        {
            taken.Mentions.AddRange(content.Edit.Mentions);
            content.Edit.Mentions.Clear();
            return taken;
        }

        taken.Mentions.AddRange(content.Post.Mentions);
        content.Post.Mentions.Clear();
        foreach (var file in content.Post.Attachments)
        {
            var key = store.FileKey(file.FileId);
            taken.Files.Add(new SealedFile
            {
                FileId = file.FileId, Name = file.Name, MediaType = file.MediaType, Size = file.Size, Key = key is null ? ByteString.Empty : ByteString.CopyFrom(key),
            });
            (file.Name, file.MediaType) = (CompanyCipher.Placeholder, CompanyCipher.PlaceholderType);
        }

        return taken;
    }
}

/// <summary>What becomes of a queued message: content to send, or why there is none; <c>IsForNow</c>, it is tried again.</summary>
internal readonly record struct Outgoing(ByteString? Content, ClientRefusal? Why, bool IsForNow = false)
{
    public static Outgoing Waits(string reason) => new(null, new ClientRefusal(reason), IsForNow: true);

    public bool TryGet([NotNullWhen(true)] out ByteString? content, [NotNullWhen(false)] out ClientRefusal? why)
    {
        (content, why) = (Content, Why);
        return content is not null;
    }
}
