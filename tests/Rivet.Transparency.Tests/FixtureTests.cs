using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Transparency.Tests;

/// <summary>Proofs that nobody on the project made, good and broken.</summary>
public sealed class FixtureTests
{
    private const string Folder = "merkle";
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    [Theory]
    [InlineData("inclusion")]
    [InlineData("consistency")]
    public void Verify_ProofsOfOthers_JudgesEachAsItsMakersDo(string kind)
    {
        var files = Directory.GetFiles(Fixtures.Require($"{Folder}/{kind}"), "*.json", SearchOption.AllDirectories);
        var wrong = files.Where(file => Judge(kind, file) is var (judged, wanted) && judged != wanted).ToList();
        Assert.Empty(wrong);
        Assert.True(files.Length > 50);
    }

    private static (bool Judged, bool Wanted) Judge(string kind, string file)
    {
        var text = File.ReadAllText(file);
        if (kind == "inclusion")
        {
            var inclusion = JsonSerializer.Deserialize<Inclusion>(text, Names)!;
            return (InclusionProof.Verify(Size(inclusion.LeafIdx), Size(inclusion.TreeSize), inclusion.LeafHash, inclusion.Proof ?? [], inclusion.Root), !inclusion.WantErr);
        }

        var consistency = JsonSerializer.Deserialize<Consistency>(text, Names)!;
        return (
            ConsistencyProof.Verify(Size(consistency.Size1), Size(consistency.Size2), consistency.Root1, consistency.Root2, consistency.Proof ?? []),
            !consistency.WantErr);
    }

    /// <summary>Some of the broken ones have sizes beyond what a log here can have.</summary>
    private static long Size(ulong size) => unchecked((long)size);

    private sealed record Inclusion(ulong LeafIdx, ulong TreeSize, byte[] Root, byte[] LeafHash, byte[][]? Proof, bool WantErr);

    private sealed record Consistency(ulong Size1, ulong Size2, byte[] Root1, byte[] Root2, byte[][]? Proof, bool WantErr);
}
