using Google.Protobuf;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Vectors;

/// <summary>Puzzles and their solutions (docs/protocol/lws.md §5.4).</summary>
public sealed class PuzzleVectorTests
{
    private const string Name = "puzzle";
    private static readonly byte[] Initiate = VectorFile.Run(0, 40);

    public static TheoryData<string> Cases => [.. VectorFile.Read(Name).Select(each => each.Name)];

    [Fact]
    public void File_MadeAnew_IsTheSame()
    {
        var cases = new List<System.Text.Json.Nodes.JsonObject>();
        foreach (var bits in (int[])[1, 8, 14, 16])
        {
            cases.Add(Make($"{bits} bits, the first nonce that solves them", bits, Solve(bits, Initiate), accept: true));
        }

        cases.Add(Make("14 bits, a nonce that does not solve them", 14, new byte[8], accept: false));
        cases.Add(Make("14 bits, solved for another initiate", 14, Solve(14, VectorFile.Run(1, 40)), accept: false));
        VectorFile.Compare(Name, "docs/protocol/lws.md §5.4", cases);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_ComesOutAsItSays(string name)
    {
        var vector = VectorFile.Find(Name, name);
        var puzzle = new Puzzle { Seed = ByteString.CopyFrom(VectorFile.Bytes(vector["seed"])), Bits = vector["bits"]!.GetValue<uint>() };
        var solution = new Solution { Nonce = ByteString.CopyFrom(VectorFile.Bytes(vector["nonce"])) };

        Assert.Equal(VectorFile.IsAccepted(vector), Puzzles.IsSolved(puzzle, VectorFile.Bytes(vector["initiate"]), solution.ToByteArray()));
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(21, 16)]
    [InlineData(8, 15)]
    [InlineData(8, 17)]
    public void Solve_TooHardOrMalformed_IsNotTried(uint bits, int seed)
        => Assert.Null(Puzzles.Solve(new Puzzle { Seed = ByteString.CopyFrom(new byte[seed]), Bits = bits }.ToByteArray(), Initiate, CancellationToken.None));

    private static byte[] Solve(int bits, byte[] initiate)
        => Puzzles.Solve(
            new Puzzle { Seed = ByteString.CopyFrom(VectorFile.Run(100, 16)), Bits = (uint)bits }.ToByteArray(), initiate, CancellationToken.None)!.Nonce.ToByteArray();

    private static System.Text.Json.Nodes.JsonObject Make(string name, int bits, byte[] nonce, bool accept) => VectorFile.Case(
        name, "§5.4", accept,
        ("seed", VectorFile.Hex(VectorFile.Run(100, 16))), ("bits", bits), ("initiate", VectorFile.Hex(Initiate)), ("nonce", VectorFile.Hex(nonce)));
}
