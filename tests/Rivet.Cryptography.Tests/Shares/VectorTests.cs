using System.Text;
using System.Text.Json;
using Rivet.Cryptography.Shares;
using Rivet.Testing;

namespace Rivet.Cryptography.Tests.Shares;

/// <summary>The standard's own vectors, valid and invalid, all of them.</summary>
public sealed class VectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot(), "vectors/slip39/vectors.json"))).RootElement;

    /// <summary>Why each invalid vector is invalid, by its number in the standard.</summary>
    private static readonly Dictionary<int, ShareFault> Faults = new()
    {
        [2] = ShareFault.Checksum, [3] = ShareFault.Impossible, [5] = ShareFault.TooFew, [6] = ShareFault.OtherSet, [7] = ShareFault.OtherSet,
        [8] = ShareFault.OtherSet, [9] = ShareFault.OtherSet, [10] = ShareFault.Impossible, [11] = ShareFault.Duplicate, [12] = ShareFault.OtherSet,
        [13] = ShareFault.Digest, [14] = ShareFault.TooFew, [15] = ShareFault.TooFew, [16] = ShareFault.TooFew,
        [21] = ShareFault.Checksum, [22] = ShareFault.Impossible, [24] = ShareFault.TooFew, [25] = ShareFault.OtherSet, [26] = ShareFault.OtherSet,
        [27] = ShareFault.OtherSet, [28] = ShareFault.OtherSet, [29] = ShareFault.Impossible, [30] = ShareFault.Duplicate, [31] = ShareFault.OtherSet,
        [32] = ShareFault.Digest, [33] = ShareFault.TooFew, [34] = ShareFault.TooFew, [35] = ShareFault.TooFew,
        [39] = ShareFault.WordCount, [40] = ShareFault.WordCount,
    };

    public static TheoryData<int> Numbers => [.. Enumerable.Range(1, 45)];

    [Fact]
    public void Vectors_AreAllThere() => Assert.Equal(45, Vectors.GetArrayLength());

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Combine_Vector_GivesItsSecretOrItsFault(int number)
    {
        var vector = Vectors[number - 1];
        Assert.StartsWith($"{number}.", vector[0].GetString(), StringComparison.Ordinal);
        var secret = vector[2].GetString()!;

        var combined = Combine([.. vector[1].EnumerateArray().Select(words => words.GetString()!)]);

        if (secret.Length > 0)
        {
            Assert.Equal(secret, Convert.ToHexStringLower(combined.Value));
        }
        else
        {
            Assert.Equal(Faults[number], combined.Refusal.Fault);
        }
    }

    /// <summary>What was read is written as it was.</summary>
    [Theory]
    [MemberData(nameof(Numbers))]
    public void Reveal_Vector_GivesItsWords(int number)
    {
        foreach (var words in Vectors[number - 1][1].EnumerateArray().Select(words => words.GetString()!))
        {
            if (Share.Parse(words).TryGet(out var share, out _))
            {
                Assert.Equal(words, Words.Of(share));
            }
        }
    }

    private static Kernel.Result<byte[], ShareRefusal> Combine(string[] shares)
    {
        using var set = new ShareSet();
        foreach (var words in shares)
        {
            if (!Share.Parse(words).TryGet(out var share, out var unreadable))
            {
                return unreadable;
            }

            if (!set.Add(share).TryGet(out _, out var refused))
            {
                return refused;
            }
        }

        return set.Combine(Encoding.ASCII.GetBytes("TREZOR"));
    }
}

internal static class Words
{
    public static string Of(Share share)
    {
        using var text = new StringWriter();
        share.Reveal(text);
        return text.ToString();
    }
}
