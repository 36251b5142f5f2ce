using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rivet.Certificates.Challenges;

/// <summary>What a ClientHello (RFC 8446 §4.1.2) says of the server's name and of protocols, whichever records it comes in.</summary>
/// <param name="ServerName">The name asked for; null for none.</param>
/// <param name="Protocols">The protocols offered by ALPN, in order.</param>
internal sealed record ClientHello(string? ServerName, IReadOnlyList<byte[]> Protocols)
{
    private const int MaxHello = 16 * 1024;
    private const int MaxRecords = 64;
    private const int RecordHead = 5;
    private const int MessageHead = 4;
    private const byte HandshakeRecord = 22;
    private const byte HelloMessage = 1;
    private const ushort ServerNameExtension = 0;
    private const ushort AlpnExtension = 16;

    /// <summary>Reads the beginning of a connection. Null is no hello, or none yet: then <paramref name="needsMore"/> is set. Hostile bytes do not throw.</summary>
    public static ClientHello? Read(ReadOnlySequence<byte> begun, out bool needsMore)
    {
        needsMore = false;
        Span<byte> head = stackalloc byte[RecordHead];
        using var message = new MemoryStream();
        for (var records = 0; records < MaxRecords; records++)
        {
            if (begun.Length < RecordHead)
            {
                needsMore = begun.IsEmpty || begun.FirstSpan[0] == HandshakeRecord;
                return null;
            }

            begun.Slice(0, RecordHead).CopyTo(head);
            int size = BinaryPrimitives.ReadUInt16BigEndian(head[3..]);
            if (head[0] != HandshakeRecord || head[1] != 3 || size is 0 or > MaxHello)
            {
                return null;
            }

            if (begun.Length < RecordHead + size)
            {
                needsMore = true;
                return null;
            }

            foreach (var part in begun.Slice(RecordHead, size))
            {
                message.Write(part.Span);
            }

            begun = begun.Slice(RecordHead + size);
            var bytes = message.GetBuffer().AsSpan(0, (int)message.Length);
            if (bytes.Length >= MessageHead)
            {
                var length = (bytes[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
                if (bytes[0] != HelloMessage || length > MaxHello)
                {
                    return null;
                }

                if (bytes.Length >= MessageHead + length)
                {
                    return Parse(bytes.Slice(MessageHead, length));
                }
            }
        }

        return null;
    }

    private static ClientHello? Parse(ReadOnlySpan<byte> body)
    {
        const int VersionAndRandom = 34;
        if (body.Length < VersionAndRandom)
        {
            return null;
        }

        var rest = body[VersionAndRandom..];
        if (!Take(ref rest, 1, out _) || !Take(ref rest, 2, out _) || !Take(ref rest, 1, out _) || !Take(ref rest, 2, out var extensions))
        {
            return null;
        }

        string? name = null;
        List<byte[]> protocols = [];
        while (extensions.Length >= 2)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!Take(ref extensions, 2, out var content))
            {
                return null;
            }

            if (type == ServerNameExtension && Take(ref content, 2, out var names) && names is [0, ..])
            {
                names = names[1..];
                name = Take(ref names, 2, out var host) && Ascii.IsValid(host) ? Encoding.ASCII.GetString(host) : null;
            }
            else if (type == AlpnExtension && Take(ref content, 2, out var offered))
            {
                while (Take(ref offered, 1, out var protocol))
                {
                    protocols.Add(protocol.ToArray());
                }
            }
        }

        return new ClientHello(name, protocols);
    }

    /// <summary>A vector with its length in so many bytes before it.</summary>
    private static bool Take(ref ReadOnlySpan<byte> from, int lengthBytes, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (from.Length < lengthBytes)
        {
            return false;
        }

        int length = lengthBytes == 1 ? from[0] : BinaryPrimitives.ReadUInt16BigEndian(from);
        if (from.Length < lengthBytes + length)
        {
            return false;
        }

        content = from.Slice(lengthBytes, length);
        from = from[(lengthBytes + length)..];
        return true;
    }
}
