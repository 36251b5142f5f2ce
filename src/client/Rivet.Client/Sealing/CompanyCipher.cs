using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.MessageKeys;
using Rivet.Wire;

namespace Rivet.Client.Sealing;

/// <summary>
/// A message body under the company's own key: docs/protocol/company-sealed.md. AES-256-GCM in the form of <see cref="SealedHeader"/>, under a key that
/// HKDF-SHA256 derives for this one message, bound to company, conversation, sender, message and what stands beside it in clear.
/// </summary>
/// <remarks>
/// A derived key seals one message: again only when a device that was restored repeats one it had queued, under a fresh random nonce. So no key comes near the
/// 2^32 random nonces that SP 800-38D §8.3 allows, however much a company writes.
/// </remarks>
internal static class CompanyCipher
{
    /// <summary>The scheme's name on the wire.</summary>
    public const string Scheme = "rivet-company-1";

    /// <summary>What stands in the place of a sealed attachment's name.</summary>
    public const string Placeholder = "sealed";

    /// <summary>And of its media type.</summary>
    public const string PlaceholderType = "application/octet-stream";

    private const int Derived = 32;

    /// <summary>Seals; null when the ring has not that key now.</summary>
    public static async ValueTask<Opaque?> SealAsync(KeyRing ring, IAeadFactory aeads, (MessageKeyId Id, uint Epoch) key, SealedPlace place, SealedBody body)
    {
        var secret = new byte[Derived];
        var plaintext = body.ToByteArray();
        try
        {
            if (!ring.TryDerive(key.Id, key.Epoch, place.Info(), secret))
            {
                return null;
            }

            var output = new byte[plaintext.Length + SealedHeader.Overhead];
            new SealedHeader(key.Id.Value, key.Epoch).WriteTo(output);
            var nonce = output.AsMemory(SealedHeader.PrefixSize, SealedHeader.NonceSize);
            RandomNumberGenerator.Fill(nonce.Span);
            using var aead = aeads.Create(AeadSuite.Aes256Gcm, secret);
            await aead.SealAsync(nonce, place.Bound(output), plaintext, output.AsMemory(SealedHeader.PrefixSize + SealedHeader.NonceSize));
            return new Opaque { Scheme = Scheme, KeyId = key.Id.ToString(), Ciphertext = UnsafeByteOperations.UnsafeWrap(output) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Opens; hostile bytes are <see cref="SealState.Forged"/>, never an exception.</summary>
    public static async ValueTask<(SealState State, SealedBody? Body)> OpenAsync(KeyRing ring, IAeadFactory aeads, SealedPlace place, Opaque opaque)
    {
        var ciphertext = opaque.Ciphertext.Memory;
        if (!MessageKeyId.TryParse(opaque.KeyId, out var id) || !SealedHeader.TryRead(ciphertext.Span, out var header) || header.KeyId != id.Value)
        {
            return (SealState.Forged, null);
        }

        var secret = new byte[Derived];
        var plaintext = new byte[ciphertext.Length - SealedHeader.Overhead];
        try
        {
            if (!ring.TryDerive(id, header.Epoch, place.Info(), secret))
            {
                return (ring.Holds(id) ? SealState.Forged : ring.StateOf(id), null);
            }

            using var aead = aeads.Create(AeadSuite.Aes256Gcm, secret);
            var nonce = ciphertext.Slice(SealedHeader.PrefixSize, SealedHeader.NonceSize);
            var isWhole = await aead.OpenAsync(nonce, place.Bound(ciphertext.Span), ciphertext[(SealedHeader.PrefixSize + SealedHeader.NonceSize)..], plaintext);
            return isWhole ? (SealState.Opened, SealedBody.Parser.ParseFrom(plaintext)) : (SealState.Forged, null);
        }
        catch (InvalidProtocolBufferException)
        {
            return (SealState.Forged, null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }
}

/// <summary>Where a sealed body belongs: all that it is bound to.</summary>
internal sealed record SealedPlace
{
    private const string KeyLabel = "rivet company message key v1";
    private const string BodyLabel = "rivet company sealed body v1";
    private const int MessageIdSize = 16;

    public required CompanyId Company { get; init; }

    public required ConversationId Conversation { get; init; }

    public required PersonId Person { get; init; }

    public required DeviceId Device { get; init; }

    /// <summary>16 bytes.</summary>
    public required ReadOnlyMemory<byte> MessageId { get; init; }

    /// <summary>1: a post, 2: an edit.</summary>
    public required byte Kind { get; init; }

    /// <summary>What it answers or edits; 0 for nothing.</summary>
    public required ulong Target { get; init; }

    public required bool Emote { get; init; }

    /// <summary>Of an entry as the server gives it; null when a sealed body cannot stand there.</summary>
    public static SealedPlace? Of(CompanyId company, Entry entry, Content content)
        => EntityId.TryRead<ConversationId>(entry.ConversationId.Span, out var conversation)
            && EntityId.TryRead<PersonId>(entry.AuthorPersonId.Span, out var person)
            && EntityId.TryRead<DeviceId>(entry.AuthorDeviceId.Span, out var device)
            && entry.ClientMessageId.Length == MessageIdSize
                ? Of(company, conversation, person, device, entry.ClientMessageId.Memory, content)
                : null;

    public static SealedPlace? Of(CompanyId company, ConversationId conversation, PersonId person, DeviceId device, ReadOnlyMemory<byte> messageId, Content content)
        => content.KindCase is not (Content.KindOneofCase.Post or Content.KindOneofCase.Edit) ? null : new SealedPlace
        {
            Company = company, Conversation = conversation, Person = person, Device = device, MessageId = messageId,
            Kind = content.KindCase is Content.KindOneofCase.Post ? (byte)1 : (byte)2,
            Target = content.KindCase is Content.KindOneofCase.Post ? content.Post.Thread : content.Edit.Target,
            Emote = content.KindCase is Content.KindOneofCase.Post && content.Post.Emote,
        };

    /// <summary>What the message's own key is derived for.</summary>
    public byte[] Info() => [.. System.Text.Encoding.ASCII.GetBytes(KeyLabel), 0, .. Company.ToBytes(), .. Conversation.ToBytes(), .. Device.ToBytes(), .. MessageId.Span];

    /// <summary>The associated data: the head of the ciphertext up to the nonce, then the place.</summary>
    public byte[] Bound(ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> target = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(target, Target);
        return
        [
            .. ciphertext[..SealedHeader.PrefixSize], .. System.Text.Encoding.ASCII.GetBytes(BodyLabel), 0, .. Company.ToBytes(), .. Conversation.ToBytes(),
            .. Person.ToBytes(), .. Device.ToBytes(), .. MessageId.Span, Kind, .. target, Emote ? (byte)1 : (byte)0,
        ];
    }
}
