using System.Numerics;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>What a client computes for a server under load, before the server computes anything (docs/protocol/lws.md §5.4).</summary>
public static class Puzzles
{
    /// <summary>More bits than that no client works for.</summary>
    public const int MaxBits = 20;

    private const int SeedSize = 16;
    private const int NonceSize = 8;

    private static ReadOnlySpan<byte> Label => "rivet lws puzzle\0"u8;

    /// <summary>Makes a fresh puzzle.</summary>
    public static Puzzle Make(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaxBits);
        return new Puzzle { Seed = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(SeedSize)), Bits = (uint)bits };
    }

    /// <summary>Finds a solution, in 2^bits tries on average; null for a puzzle that is malformed or too hard.</summary>
    /// <param name="puzzle">The body of the puzzle frame.</param>
    /// <param name="initiate">The body of the initiate it answered.</param>
    /// <param name="ct">Ends the search.</param>
    public static Solution? Solve(ReadOnlySpan<byte> puzzle, ReadOnlySpan<byte> initiate, CancellationToken ct)
    {
        if (!Protobuf.TryParse(Puzzle.Parser, puzzle.ToArray(), out var asked)
            || asked.Seed.Length != SeedSize || asked.Bits is 0 or > MaxBits)
        {
            return null;
        }

        Span<byte> text = stackalloc byte[TextSize];
        Compose(asked.Seed.Span, initiate, text);
        for (ulong nonce = 0; ; nonce++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(text[^NonceSize..], nonce);
            if (LeadingZeros(text) >= asked.Bits)
            {
                return new Solution { Nonce = ByteString.CopyFrom(text[^NonceSize..]) };
            }

            if ((nonce & 0xfff) == 0)
            {
                ct.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Whether a solution is right.</summary>
    /// <param name="puzzle">The puzzle as it was made.</param>
    /// <param name="initiate">The body of the initiate it answered.</param>
    /// <param name="solution">The body of the solution frame.</param>
    public static bool IsSolved(Puzzle puzzle, ReadOnlySpan<byte> initiate, ReadOnlyMemory<byte> solution)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        if (!Protobuf.TryParse(Solution.Parser, solution, out var found) || found.Nonce.Length != NonceSize)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[TextSize];
        Compose(puzzle.Seed.Span, initiate, text);
        found.Nonce.Span.CopyTo(text[^NonceSize..]);
        return LeadingZeros(text) >= puzzle.Bits;
    }

    private static int TextSize => Label.Length + SeedSize + SHA256.HashSizeInBytes + NonceSize;

    private static void Compose(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> initiate, Span<byte> text)
    {
        Label.CopyTo(text);
        seed.CopyTo(text[Label.Length..]);
        SHA256.HashData(initiate, text[(Label.Length + SeedSize)..]);
    }

    private static int LeadingZeros(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt64BigEndian(hash));
    }
}
