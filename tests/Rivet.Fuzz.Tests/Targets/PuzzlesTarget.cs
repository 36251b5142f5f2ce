using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>Puzzles, both ends. Input: a byte that chooses the end, then the body of a puzzle or of a solution.</summary>
internal static class PuzzlesTarget
{
    /// <summary>Harder ones are begun and called off: the search is the same, only longer.</summary>
    private const int BitsToSolve = 8;

    private static readonly byte[] Initiate = [.. Enumerable.Range(0, 100).Select(value => (byte)value)];
    private static readonly byte[] Seed = [.. Enumerable.Repeat((byte)0x5e, 16)];

    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1)
        {
            return;
        }

        if ((input[0] & 1) == 0)
        {
            Solve(input[1..]);
        }
        else
        {
            Check(input[1..].ToArray(), 1 + (input[0] >> 5));
        }
    }

    private static void Solve(ReadOnlySpan<byte> body)
    {
        Puzzle? puzzle = null;
        try
        {
            puzzle = Puzzle.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            Promise.Holds(Puzzles.Solve(body, Initiate, default) is null, "what is no message is no puzzle");
            return;
        }

        var isPuzzle = puzzle.Seed.Length == 16 && puzzle.Bits is >= 1 and <= 20;
        try
        {
            var solution = Puzzles.Solve(body, Initiate, new CancellationToken(canceled: puzzle.Bits > BitsToSolve));
            Promise.Holds(solution is not null == isPuzzle, "a puzzle within §5.4 is solved, and no other");
            Promise.Holds(solution is null || Puzzles.IsSolved(puzzle, Initiate, solution.ToByteArray()), "a solution solves");
        }
        catch (OperationCanceledException)
        {
            Promise.Holds(isPuzzle && puzzle.Bits > BitsToSolve, "only a search that was called off ends so");
        }
    }

    private static void Check(byte[] body, int bits)
    {
        var said = Puzzles.IsSolved(new Puzzle { Seed = ByteString.CopyFrom(Seed), Bits = (uint)bits }, Initiate, body);
        var expected = false;
        try
        {
            var nonce = Solution.Parser.ParseFrom(body).Nonce;
            var hash = SHA256.HashData([.. "rivet lws puzzle\0"u8, .. Seed, .. SHA256.HashData(Initiate), .. nonce.Span]);
            expected = nonce.Length == 8 && hash[0] >> (8 - bits) == 0;
        }
        catch (InvalidProtocolBufferException)
        {
            // What is no message solves nothing.
        }

        Promise.Holds(said == expected, $"the page says {expected}");
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds()
    {
        var puzzle = new Puzzle { Seed = ByteString.CopyFrom(Seed), Bits = 4 };
        yield return ("puzzle", [0, .. puzzle.ToByteArray()]);
        yield return ("hard", [0, .. new Puzzle { Seed = puzzle.Seed, Bits = 20 }.ToByteArray()]);
        yield return ("solution", [0x61, .. Puzzles.Solve(puzzle.ToByteArray(), Initiate, default)!.ToByteArray()]);
    }
}
