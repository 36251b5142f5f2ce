using System.Buffers.Binary;

namespace Rivet.Lws.Agreement;

/// <summary>What both ends must have seen alike before the first Noise message (docs/protocol/lws.md §5.2).</summary>
internal static class Prologue
{
    private static ReadOnlySpan<byte> Label => "rivet lws 2\0"u8;

    /// <summary>Each part is preceded by its length, so that no two prologues share their bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> binding)
    {
        var bytes = new byte[Label.Length + 4 + prefix.Length + 4 + binding.Length];
        Label.CopyTo(bytes);
        var rest = Append(bytes.AsSpan(Label.Length), prefix);
        Append(rest, binding);
        return bytes;
    }

    private static Span<byte> Append(Span<byte> rest, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32BigEndian(rest, part.Length);
        part.CopyTo(rest[4..]);
        return rest[(4 + part.Length)..];
    }
}
