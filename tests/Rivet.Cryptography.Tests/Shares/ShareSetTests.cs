using System.Security.Cryptography;
using Rivet.Cryptography.Shares;

namespace Rivet.Cryptography.Tests.Shares;

public sealed class ShareSetTests
{
    public static TheoryData<int, int> Sets => new()
    {
        { 1, 1 }, { 2, 2 }, { 3, 2 }, { 3, 3 }, { 5, 3 }, { 6, 4 }, { 7, 2 }, { 16, 16 }, { 16, 2 },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Combine_AnyThresholdOfTheShares_GivesTheSecret(int count, int threshold)
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var words = Split(secret, count, threshold);

        var all = Choose(count, threshold).Take(200).ToList();

        Assert.All(all, chosen => Assert.Equal(secret, Gather(chosen.Reverse().Select(index => words[index])).Combine([]).Value));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Combine_AnyFewer_SaysHowManyAreMissing(int count, int threshold)
    {
        var words = Split(RandomNumberGenerator.GetBytes(32), count, threshold);

        for (var fewer = 1; fewer < threshold; fewer++)
        {
            var missing = threshold - fewer;
            Assert.All(Choose(count, fewer).Take(50), chosen =>
            {
                using var set = Gather(chosen.Select(index => words[index]));
                Assert.Equal(missing, set.Missing);
                Assert.Equal((ShareFault.TooFew, missing), (set.Combine([]).Refusal.Fault, set.Combine([]).Refusal.Missing));
            });
        }
    }

    /// <summary>A set that lies about its threshold, with good checksums, gives nothing: the digest needs as many points as the secret.</summary>
    [Theory]
    [InlineData(3, 3)]
    [InlineData(5, 3)]
    [InlineData(5, 4)]
    public void Combine_FewerThatSayTheyAreEnough_IsRefusedByTheDigest(int count, int threshold)
    {
        var words = Split(RandomNumberGenerator.GetBytes(32), count, threshold);

        Assert.All(Choose(count, threshold - 1), chosen =>
        {
            using var set = new ShareSet();
            foreach (var index in chosen)
            {
                var share = Share.Parse(words[index]).Value;
                var forged = new Share(share.Head with { MemberThreshold = threshold - 1 }, share.Value);
                Assert.True(set.Add(Share.Parse(Words.Of(forged)).Value).IsOk);
            }

            Assert.Equal(0, set.Missing);
            Assert.Equal(ShareFault.Digest, set.Combine([]).Refusal.Fault);
        });
    }

    /// <summary>With two shares fewer than needed every secret is as good as every other: points can be found that lead to it.</summary>
    [Fact]
    public void Shares_TwoFewerThanNeeded_FitEverySecret()
    {
        var split = SharedSecret.Split(3, 5, RandomNumberGenerator.GetBytes(16));
        var other = RandomNumberGenerator.GetBytes(16);
        var random = RandomNumberGenerator.GetBytes(12);
        byte[] digest = [.. HMACSHA256.HashData(random, other).AsSpan(0, 4), .. random];

        // One share held, the digest and the secret of somebody's choice: two more shares that complete them.
        var lies = new Point[] { new(0, split[0]), new(254, digest), new(255, other) };
        Point[] completed = [lies[0], new(1, Polynomial.At(1, lies)), new(2, Polynomial.At(2, lies))];

        Assert.Equal(other, SharedSecret.Recover(3, completed));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(18)]
    [InlineData(32)]
    [InlineData(80)]
    [InlineData(256)]
    public void Split_AnyEvenLength_ComesBack(int length)
    {
        var secret = RandomNumberGenerator.GetBytes(length);

        Assert.Equal(secret, Gather(Split(secret, 3, 2).Skip(1)).Combine([]).Value);
    }

    [Fact]
    public void Split_Again_GivesOtherShares()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var (first, second) = (Split(secret, 3, 2), Split(secret, 3, 2));

        Assert.Empty(first.Intersect(second));
        using var set = Gather(first.Take(1));
        Assert.Equal(ShareFault.OtherSet, set.Add(Share.Parse(second[1]).Value).Refusal.Fault);
    }

    [Fact]
    public void Combine_WithPassphrase_GivesTheSecretUnderItAlone()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var words = ShareSet.Split(secret, 2, 2, "open sesame"u8).Select(Words.Of).ToList();

        Assert.Equal(secret, Gather(words).Combine("open sesame"u8).Value);
        Assert.NotEqual(secret, Gather(words).Combine([]).Value);
    }

    [Fact]
    public void Parse_OneWordExchanged_NamesItsPlace()
    {
        var words = Split(RandomNumberGenerator.GetBytes(32), 3, 2)[0].Split(' ');
        for (var place = 0; place < words.Length; place++)
        {
            var wrong = words.ToArray();
            wrong[place] = WordList.Of((WordList.Find(wrong[place]) + 1 + RandomNumberGenerator.GetInt32(1023)) % 1024);

            var refusal = Share.Parse(string.Join(' ', wrong)).Refusal;

            Assert.Equal((ShareFault.Checksum, place + 1, place + 1), (refusal.Fault, refusal.FirstWord, refusal.LastWord));
        }
    }

    [Fact]
    public void Parse_TwoWordsExchanged_NamesTheWholeRange()
    {
        var words = Split(RandomNumberGenerator.GetBytes(32), 3, 2)[0].Split(' ');
        (words[7], words[8]) = (WordList.Of(WordList.Find(words[7]) ^ 1), WordList.Of(WordList.Find(words[8]) ^ 2));

        var refusal = Share.Parse(string.Join(' ', words)).Refusal;

        Assert.Equal((ShareFault.Checksum, 1, 33), (refusal.Fault, refusal.FirstWord, refusal.LastWord));
    }

    [Theory]
    [InlineData("", ShareFault.WordCount, 0)]
    [InlineData("academic academic", ShareFault.WordCount, 0)]
    [InlineData("academic tower academic", ShareFault.UnknownWord, 2)]
    [InlineData("academic \u001b[2J", ShareFault.UnknownWord, 2)]
    [InlineData("academic academi", ShareFault.UnknownWord, 2)]
    [InlineData("学院", ShareFault.UnknownWord, 1)]
    public void Parse_WhatIsNoShare_SaysWhere(string text, ShareFault fault, int place)
    {
        var refusal = Share.Parse(text).Refusal;

        Assert.Equal((fault, place), (refusal.Fault, refusal.FirstWord));
    }

    [Fact]
    public void Parse_MoreWordsThanAnySecretHas_IsRefused()
        => Assert.Equal(ShareFault.WordCount, Share.Parse(string.Join(' ', Enumerable.Repeat("academic", 100_000))).Refusal.Fault);

    [Fact]
    public void Parse_OtherCaseAndSpace_IsTheSame()
    {
        var words = Split(RandomNumberGenerator.GetBytes(32), 2, 2)[1];

        Assert.Equal(words, Words.Of(Share.Parse($"\t {words.ToUpperInvariant().Replace(" ", "  \t", StringComparison.Ordinal)} \r\n").Value));
    }

    [Fact]
    public void Add_SameShareTwice_IsRefusedAndNothingLost()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var words = Split(secret, 3, 2);
        using var set = Gather(words.Take(1));

        Assert.Equal(ShareFault.Duplicate, set.Add(Share.Parse(words[0]).Value).Refusal.Fault);

        Assert.Equal(1, set.Missing);
        Assert.True(set.Add(Share.Parse(words[2]).Value).IsOk);
        Assert.Equal(secret, set.Combine([]).Value);
    }

    [Fact]
    public void Share_ShownOrDisposed_TellsNothing()
    {
        var share = ShareSet.Split(RandomNumberGenerator.GetBytes(32), 2, 2, [])[0];

        Assert.Equal("[redacted]", share.ToString());
        share.Dispose();

        Assert.All(share.Value, part => Assert.Equal(0, part));
    }

    [Theory]
    [InlineData(15, 3, 2)]
    [InlineData(33, 3, 2)]
    [InlineData(258, 3, 2)]
    [InlineData(32, 17, 2)]
    [InlineData(32, 3, 4)]
    [InlineData(32, 3, 1)]
    [InlineData(32, 0, 0)]
    public void Split_OutOfBounds_Throws(int length, int count, int threshold)
        => Assert.ThrowsAny<ArgumentException>(() => ShareSet.Split(new byte[length], count, threshold, []));

    /// <summary>Against the field's definition, all of it.</summary>
    [Fact]
    public void Field_EveryProductAndInverse_IsTheDefinitions()
    {
        for (var left = 0; left < 256; left++)
        {
            for (var right = 0; right < 256; right++)
            {
                var product = 0;
                for (var bit = 0; bit < 8; bit++)
                {
                    product ^= ((right >> bit) & 1) == 1 ? left << bit : 0;
                }

                for (var bit = 15; bit >= 8; bit--)
                {
                    product ^= ((product >> bit) & 1) == 1 ? 0x11B << (bit - 8) : 0;
                }

                Assert.Equal(product, Field256.Multiply((byte)left, (byte)right));
            }

            Assert.Equal(left == 0 ? 0 : 1, Field256.Multiply((byte)left, Field256.Invert((byte)left)));
        }
    }

    private static List<string> Split(byte[] secret, int count, int threshold) => [.. ShareSet.Split(secret, count, threshold, []).Select(Words.Of)];

    private static ShareSet Gather(IEnumerable<string> shares)
    {
        var set = new ShareSet();
        foreach (var words in shares)
        {
            Assert.True(set.Add(Share.Parse(words).Value).IsOk);
        }

        return set;
    }

    private static IEnumerable<int[]> Choose(int count, int size)
        => size == 0 ? [[]] : Enumerable.Range(size - 1, count - size + 1).SelectMany(last => Choose(last, size - 1).Select(rest => (int[])[.. rest, last]));
}
