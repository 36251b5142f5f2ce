using System.Security.Cryptography;

namespace Rivet.Transparency.Tests;

/// <summary>The definition of RFC 6962 §2.1, word for word and slow: what everything faster is compared with.</summary>
internal sealed class PlainTree(IReadOnlyList<byte[]> entries)
{
    public byte[] Root(int from, int to)
        => to == from ? SHA256.HashData([])
            : to - from == 1 ? SHA256.HashData([0, .. entries[from]])
            : SHA256.HashData([1, .. Root(from, Middle(from, to)), .. Root(Middle(from, to), to)]);

    public List<byte[]> Path(int leaf, int from, int to)
        => to - from == 1 ? []
            : leaf < Middle(from, to) ? [.. Path(leaf, from, Middle(from, to)), Root(Middle(from, to), to)]
            : [.. Path(leaf, Middle(from, to), to), Root(from, Middle(from, to))];

    public List<byte[]> Proof(int before, int size) => SubProof(before, 0, size, whole: true);

    public static PlainTree Of(int count) => new([.. Enumerable.Range(0, count).Select(Entry)]);

    public static byte[] Entry(int number) => [.. BitConverter.GetBytes(number), .. new byte[number % 7]];

    private List<byte[]> SubProof(int before, int from, int to, bool whole)
        => before == to ? whole ? [] : [Root(from, to)]
            : before <= Middle(from, to) ? [.. SubProof(before, from, Middle(from, to), whole), Root(Middle(from, to), to)]
            : [.. SubProof(before, Middle(from, to), to, whole: false), Root(from, Middle(from, to))];

    private static int Middle(int from, int to)
    {
        var left = 1;
        while (left * 2 < to - from)
        {
            left *= 2;
        }

        return from + left;
    }
}
