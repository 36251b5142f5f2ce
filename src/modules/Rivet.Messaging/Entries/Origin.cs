using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Rivet.Kernel;

namespace Rivet.Messaging;

/// <summary>
/// Where an entry comes from: 33 bytes, unique in the store, fixed before the entry is ordered or sealed. The same
/// origin twice is the same entry.
/// </summary>
internal readonly struct Origin
{
    private const int Size = 1 + 32;
    private const byte Message = 1;
    private const byte Import = 2;
    private const byte Server = 3;

    private Origin(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; }

    /// <summary>Whether a device sent it.</summary>
    public bool IsMessage => Bytes[0] == Message;

    /// <summary>
    /// What a device sends: the id it chose (16 bytes) and the device. Ids begin with their time, so that the index of
    /// origins grows at its end instead of everywhere; an id that does not costs its own server time and nothing else.
    /// </summary>
    public static Origin OfMessage(DeviceId device, ReadOnlySpan<byte> clientMessageId)
    {
        var bytes = new byte[Size];
        bytes[0] = Message;
        clientMessageId.CopyTo(bytes.AsSpan(1));
        device.WriteTo(bytes.AsSpan(17));
        return new(bytes);
    }

    /// <summary>What is imported: the channel it was in and its id there.</summary>
    public static Origin OfImport(ReadOnlySpan<byte> importOrigin, string externalId)
    {
        var bytes = new byte[Size];
        bytes[0] = Import;
        Digest([importOrigin.ToArray(), Encoding.UTF8.GetBytes(externalId)], bytes.AsSpan(1));
        return new(bytes);
    }

    /// <summary>What the server writes itself, such as a join.</summary>
    public static Origin OfServer()
    {
        var bytes = new byte[1 + 16];
        bytes[0] = Server;
        RandomNumberGenerator.Fill(bytes.AsSpan(1));
        return new(bytes);
    }

    /// <summary>What names an imported channel: its company, the archive and the channel's id there.</summary>
    public static byte[] OfChannel(CompanyId company, string source, string externalId)
    {
        var digest = new byte[32];
        Digest([company.ToBytes(), Encoding.UTF8.GetBytes(source), Encoding.UTF8.GetBytes(externalId)], digest);
        return digest;
    }

    /// <summary>The id the sending device chose; empty for everything else.</summary>
    public static ReadOnlySpan<byte> ClientMessageId(ReadOnlySpan<byte> origin)
        => origin.Length == Size && origin[0] == Message ? origin[1..17] : [];

    /// <summary>SHA-256 over the parts, each behind its length, so that no two lists of parts run together.</summary>
    private static void Digest(ReadOnlySpan<byte[]> parts, Span<byte> destination)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            hash.AppendData(length);
            hash.AppendData(part);
        }

        hash.GetHashAndReset(destination);
    }
}
