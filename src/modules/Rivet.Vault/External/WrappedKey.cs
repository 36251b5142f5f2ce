using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Rivet.Kernel;

namespace Rivet.Vault.External;

/// <summary>
/// A data key as a customer's service wrapped it: <c>format 1 (1) · length (1) · key id · check (16) · length (1) · initialization vector · tag (16) ·
/// length (1) · metadata · ciphertext (32)</c>. The check is an HMAC under the data key itself, so that a service that gives back another key is caught.
/// </summary>
internal sealed record WrappedKey
{
    public const int KeySize = 32;
    public const int TagSize = 16;
    public const int MaxMetadata = 20;
    private const byte Format = 1;
    private const int CheckSize = 16;

    public required string KeyId { get; init; }

    public required byte[] Check { get; init; }

    public required byte[] Iv { get; init; }

    public required byte[] Tag { get; init; }

    public required byte[] Metadata { get; init; }

    public required byte[] Ciphertext { get; init; }

    public static byte[] CheckOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> context)
        => HMACSHA256.HashData(key, (byte[])[.. "rivet external key check 1"u8, .. context])[..CheckSize];

    /// <summary>What the service authenticates beside the key: whose, under which key, the check, and the caller's context.</summary>
    public static byte[] Binding(CompanyId company, string keyId, ReadOnlySpan<byte> check, ReadOnlySpan<byte> context)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, context.Length);
        return [.. "rivet external key 1"u8, .. company.ToBytes(), (byte)keyId.Length, .. Encoding.ASCII.GetBytes(keyId), .. check, .. length, .. context];
    }

    public byte[] ToBytes()
        => [Format, (byte)KeyId.Length, .. Encoding.ASCII.GetBytes(KeyId), .. Check, (byte)Iv.Length, .. Iv, .. Tag, (byte)Metadata.Length, .. Metadata, .. Ciphertext];

    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out WrappedKey? wrapped)
    {
        wrapped = null;
        if (!TryTake(ref bytes, 1, out var format) || format[0] != Format || !TryTakeShort(ref bytes, out var keyId) || keyId.ContainsAnyExceptInRange((byte)'!', (byte)'~')
            || !TryTake(ref bytes, CheckSize, out var check) || !TryTakeShort(ref bytes, out var iv) || iv.Length is not (12 or 16) || !TryTake(ref bytes, TagSize, out var tag)
            || !TryTakeShort(ref bytes, out var metadata) || metadata.Length > MaxMetadata || bytes.Length != KeySize)
        {
            return false;
        }

        wrapped = new WrappedKey
        {
            KeyId = Encoding.ASCII.GetString(keyId), Check = check.ToArray(), Iv = iv.ToArray(), Tag = tag.ToArray(), Metadata = metadata.ToArray(), Ciphertext = bytes.ToArray(),
        };
        return true;
    }

    private static bool TryTakeShort(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        return TryTake(ref rest, 1, out var length) && TryTake(ref rest, length[0], out taken);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, int count, out ReadOnlySpan<byte> taken)
    {
        taken = rest.Length < count ? default : rest[..count];
        rest = rest.Length < count ? rest : rest[count..];
        return taken.Length == count;
    }
}
