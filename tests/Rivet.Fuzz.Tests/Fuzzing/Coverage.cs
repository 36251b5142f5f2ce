using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Rivet.Fuzz.Tests.Fuzzing;

/// <summary>
/// The map that instrumented code counts its edges in. Made before the first instrumented class is touched; without instrumentation it
/// stays empty.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;
    private readonly byte[] seen = new byte[Size];
    private readonly byte* map;

    public Coverage()
    {
        map = (byte*)NativeMemory.AllocZeroed(Size);
        Trace.SharedMem = map;
    }

    /// <summary>How many edges were reached.</summary>
    public int Edges { get; private set; }

    public void Begin()
    {
        new Span<byte>(map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the run reached a new edge, or one another order of times.</summary>
    public bool IsNew()
    {
        var found = false;
        var counts = new ReadOnlySpan<byte>(map, Size);
        for (var at = counts.IndexOfAnyExcept((byte)0); at < Size; at++)
        {
            if (at < 0)
            {
                break;
            }

            if (counts[at] != 0)
            {
                // 1, 2, 3, 4–7, 8–15, 16–31, 32–127, more: a bit each.
                var times = counts[at] switch { 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
                Edges += seen[at] == 0 ? 1 : 0;
                found |= (seen[at] & times) == 0;
                seen[at] |= (byte)times;
            }
            else
            {
                var next = counts[at..].IndexOfAnyExcept((byte)0);
                at = next < 0 ? Size : at + next - 1;
            }
        }

        return found;
    }
}
