using System.Buffers.Binary;
using Rivet.Fuzz.Tests.Targets;

namespace Rivet.Fuzz.Tests.Fuzzing;

/// <summary>Changes inputs the way bytes go wrong and the way attackers write them; everything follows from the seed.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly uint[] Telling = [0, 1, 7, 8, 12, 28, 0x7f, 0x80, 0xff, 0x1000, 0xffff, 0x10000, 0x100000, 0x7fffffff, 0x80000000, 0xffffffff];
    private readonly Random random = new(seed);

    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        var bytes = Pick(corpus).ToList();
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            Change(bytes, corpus);
        }

        return [.. bytes.Take(Target.MaxInput)];
    }

    private byte[] Pick(IReadOnlyList<byte[]> corpus)
        // What was found last is nearest to what was not found yet.
        => corpus[random.Next(3) == 0 ? corpus.Count - 1 - random.Next(Math.Min(8, corpus.Count)) : random.Next(corpus.Count)];

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        var at = random.Next(bytes.Count + 1);
        var run = Math.Min(random.Next(1, 24), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] += (byte)random.Next(-4, 5);
                break;
            case 3:
                bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 8)).Select(_ => (byte)random.Next(256)).ToArray());
                break;
            case 4:
                bytes.RemoveRange(at, run);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, run));
                break;
            case 6:
                var other = Pick(corpus);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[random.Next(other.Length + 1)..]);
                break;
            default:
                var number = new byte[4];
                BinaryPrimitives.WriteUInt32BigEndian(number, Telling[random.Next(Telling.Length)]);
                bytes.RemoveRange(at, Math.Min(4, bytes.Count - at));
                bytes.InsertRange(at, number[random.Next(4)..]);
                break;
        }
    }
}
