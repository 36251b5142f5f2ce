using System.Buffers.Binary;
using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;

namespace Rivet.Container.Keys;

/// <summary>
/// The one row in clear: which container this is, what protects its key, and the key itself, wrapped.
/// <c>format (1) · container id (16) · protection (1) · memory KiB (4) · passes (4) · salt (16) · wrapped key</c>;
/// everything before the wrapped key is its associated data, so that weaker parameters cannot be slipped in.
/// </summary>
internal sealed record ContainerHead
{
    private const byte Format = 1;
    private const int FixedSize = 1 + 16 + 1 + 4 + 4 + PassphraseKey.SaltSize;

    public required Guid Container { get; init; }

    public required Protection Protection { get; init; }

    public required PassphraseCost Cost { get; init; }

    public required byte[] Salt { get; init; }

    public byte[] Wrapped { get; init; } = [];

    public static Result<ContainerHead, ContainerRefusal> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && bytes[0] > Format)
        {
            return ContainerRefusal.NewerFormat;
        }

        if (bytes.Length != FixedSize + SealedHeader.Overhead + AesGcmKey.KeySize || bytes[0] != Format)
        {
            return ContainerRefusal.Damaged;
        }

        var head = new ContainerHead
        {
            Container = new Guid(bytes[1..17], bigEndian: true),
            Protection = (Protection)bytes[17],
            Cost = new PassphraseCost(BinaryPrimitives.ReadInt32BigEndian(bytes[18..]), BinaryPrimitives.ReadInt32BigEndian(bytes[22..])),
            Salt = bytes[26..FixedSize].ToArray(),
            Wrapped = bytes[FixedSize..].ToArray(),
        };
        return head.Protection is Protection.Passphrase or Protection.KeyFile && head.Cost.IsBounded
            ? head
            : ContainerRefusal.Damaged;
    }

    /// <summary>Wraps the container key; gives the whole row.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> containerKey)
    {
        using var wrapping = WrappingKey(wrappingKey);
        var head = Fixed();
        return [.. head, .. wrapping.Seal(containerKey, head)];
    }

    /// <summary>The container key, which the caller zeroes; null for another wrapping key or a changed head.</summary>
    public byte[]? Unwrap(ReadOnlySpan<byte> wrappingKey)
    {
        using var wrapping = WrappingKey(wrappingKey);
        return wrapping.TryOpen(Wrapped, Fixed());
    }

    /// <summary>The records' key: the same container id, epoch 1.</summary>
    public AesGcmKey RecordKey(byte[] containerKey)
    {
        var key = new AesGcmKey(new SealedHeader(Container, 1), containerKey);
        CryptographicOperations.ZeroMemory(containerKey);
        return key;
    }

    private AesGcmKey WrappingKey(ReadOnlySpan<byte> key) => new(new SealedHeader(Container, 0), key);

    private byte[] Fixed()
    {
        var bytes = new byte[FixedSize];
        bytes[0] = Format;
        Container.TryWriteBytes(bytes.AsSpan(1), bigEndian: true, out _);
        bytes[17] = (byte)Protection;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(18), Cost.MemoryKibibytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(22), Cost.Passes);
        Salt.CopyTo(bytes, 26);
        return bytes;
    }
}
