using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Lws.Handshake;

/// <summary>
/// The exact bytes that identity keys sign, each behind a label of its own so that no signature serves for another
/// purpose (docs/protocol/lws.md §5).
/// </summary>
public static class SignedMessages
{
    private static ReadOnlySpan<byte> StaticKeyLabel => "rivet lws v1 static key\0"u8;

    private static ReadOnlySpan<byte> ServerLabel => "rivet lws v1 server\0"u8;

    private static ReadOnlySpan<byte> DeviceLabel => "rivet lws v1 device\0"u8;

    /// <summary>What an identity key signs to own an X25519 static key: <c>KeyBundle.static_signature</c>.</summary>
    public static byte[] StaticKey(ReadOnlySpan<byte> staticKey) => [.. StaticKeyLabel, .. staticKey];

    /// <summary>What the server signs over its offer.</summary>
    internal static byte[] Server(ChannelBinding binding, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> offer)
    {
        using var transcript = Start(binding);
        Append(transcript, hello);
        Append(transcript, offer);
        return [.. ServerLabel, .. transcript.GetHashAndReset()];
    }

    /// <summary>What the device signs over its statement.</summary>
    internal static byte[] Device(
        ChannelBinding binding, ReadOnlySpan<byte> hello, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> statement)
    {
        using var transcript = Start(binding);
        Append(transcript, hello);
        Append(transcript, challenge);
        Append(transcript, statement);
        return [.. DeviceLabel, .. transcript.GetHashAndReset()];
    }

    private static IncrementalHash Start(ChannelBinding binding)
    {
        var transcript = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(transcript, Encoding.UTF8.GetBytes(binding.Kind));
        Append(transcript, binding.Value.Span);
        return transcript;
    }

    /// <summary>Every part is preceded by its length, so that no two transcripts share their bytes.</summary>
    private static void Append(IncrementalHash transcript, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)part.Length);
        transcript.AppendData(length);
        transcript.AppendData(part);
    }
}
