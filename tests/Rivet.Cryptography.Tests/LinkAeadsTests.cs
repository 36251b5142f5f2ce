using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;
using static Rivet.Cryptography.Tests.Wycheproof;

namespace Rivet.Cryptography.Tests;

public sealed class LinkAeadsTests
{
    private static readonly LinkAeads Aeads = new();

    /// <summary>Small messages go through libsodium, bulk through the platform; every vector goes through both.</summary>
    [Theory]
    [InlineData(AeadSuite.Aes256Gcm, "aes_gcm_test.json", false)]
    [InlineData(AeadSuite.Aes256Gcm, "aes_gcm_test.json", true)]
    [InlineData(AeadSuite.ChaCha20Poly1305, "chacha20_poly1305_test.json", false)]
    [InlineData(AeadSuite.ChaCha20Poly1305, "chacha20_poly1305_test.json", true)]
    public async Task Keys_EveryVector_IsJudgedAsExpected(AeadSuite suite, string file, bool bulk)
    {
        var (count, refused) = (0, 0);
        foreach (var (group, test) in Vectors(file))
        {
            if (group.GetProperty("keySize").GetInt32() != 256)
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => Aeads.Create(suite, Bytes(test, "key")));
                continue;
            }

            using var key = Create(suite, Bytes(test, "key"), bulk ? 0 : int.MaxValue);
            var (nonce, aad, message, ciphertext) = (Bytes(test, "iv"), Bytes(test, "aad"), Bytes(test, "msg"), (byte[])[.. Bytes(test, "ct"), .. Bytes(test, "tag")]);
            if (nonce.Length != AeadSizes.Nonce)
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => key.OpenAsync(nonce, aad, new byte[16], default).IsCompleted);
                Assert.Throws<ArgumentOutOfRangeException>(() => key.SealAsync(nonce, aad, default, new byte[16]).IsCompleted);
                continue;
            }

            var opened = new byte[ciphertext.Length - AeadSizes.Tag];
            Assert.True(IsValid(test) == await key.OpenAsync(nonce, aad, ciphertext, opened), Name(test));
            if (IsValid(test))
            {
                var made = new byte[ciphertext.Length];
                await key.SealAsync(nonce, aad, message, made);
                Assert.True(opened.AsSpan().SequenceEqual(message) && made.AsSpan().SequenceEqual(ciphertext), Name(test));
            }

            refused += IsValid(test) ? 0 : 1;
            count++;
        }

        Assert.True(count > 50);
        Assert.True(refused > 10);
    }

    [Theory]
    [InlineData(AeadSuite.Aes256Gcm)]
    [InlineData(AeadSuite.ChaCha20Poly1305)]
    public async Task Open_OnEitherSideOfTheBound_GivesWhatWasSealed(AeadSuite suite)
    {
        var secret = RandomNumberGenerator.GetBytes(AeadSizes.Key);
        using var key = Aeads.Create(suite, secret);
        using var sodium = Create(suite, secret, int.MaxValue);
        using var platform = Create(suite, secret, 0);
        var nonce = new byte[AeadSizes.Nonce];
        foreach (var size in new[] { 0, 1, 1535, 1536, 1537, 16383, 16384, 16385, 256 * 1024 })
        {
            var (plaintext, opened) = (RandomNumberGenerator.GetBytes(size), new byte[size]);
            var (ciphertext, bySodium, byPlatform) = (new byte[size + 16], new byte[size + 16], new byte[size + 16]);
            nonce[11]++;
            await key.SealAsync(nonce, "where"u8.ToArray(), plaintext, ciphertext);
            await sodium.SealAsync(nonce, "where"u8.ToArray(), plaintext, bySodium);
            await platform.SealAsync(nonce, "where"u8.ToArray(), plaintext, byPlatform);
            Assert.Equal(bySodium, ciphertext);
            Assert.Equal(byPlatform, ciphertext);
            Assert.True(await key.OpenAsync(nonce, "where"u8.ToArray(), ciphertext, opened));
            Assert.Equal(plaintext, opened);
            Assert.False(await key.OpenAsync(nonce, "there"u8.ToArray(), ciphertext, opened));
            ciphertext[^1] ^= 1;
            Assert.False(await key.OpenAsync(nonce, "where"u8.ToArray(), ciphertext, opened));
        }
    }

    [Theory]
    [InlineData(AeadSuite.Aes256Gcm)]
    [InlineData(AeadSuite.ChaCha20Poly1305)]
    public async Task Open_ShorterThanATag_IsRefused(AeadSuite suite)
    {
        using var key = Aeads.Create(suite, new byte[AeadSizes.Key]);
        for (var length = 0; length < AeadSizes.Tag; length++)
        {
            Assert.False(await key.OpenAsync(new byte[AeadSizes.Nonce], default, new byte[length], default));
        }
    }

    [Theory]
    [InlineData(AeadSuite.Aes256Gcm, 256)]
    [InlineData(AeadSuite.Aes256Gcm, 32 * 1024)]
    [InlineData(AeadSuite.ChaCha20Poly1305, 256)]
    [InlineData(AeadSuite.ChaCha20Poly1305, 32 * 1024)]
    public void Calls_OnceWarm_AllocateNothingAndCompleteAtOnce(AeadSuite suite, int size)
    {
        using var key = Aeads.Create(suite, new byte[AeadSizes.Key]);
        var (nonce, associated, plaintext, ciphertext) = (new byte[AeadSizes.Nonce], new byte[12], new byte[size], new byte[size + AeadSizes.Tag]);
        var done = Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            done &= Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(done);

        bool Round()
        {
            var seal = key.SealAsync(nonce, associated, plaintext, ciphertext);
            var open = key.OpenAsync(nonce, associated, ciphertext, plaintext);
            return seal.IsCompletedSuccessfully && open.IsCompletedSuccessfully && open.Result;
        }
    }

    /// <summary>Keys in locked pages would run out of mappings at about 16,000.</summary>
    [Theory]
    [InlineData(AeadSuite.Aes256Gcm)]
    [InlineData(AeadSuite.ChaCha20Poly1305)]
    public void Create_TwentyThousandAlive_StillWork(AeadSuite suite)
    {
        var keys = Enumerable.Range(0, 20_000).Select(_ => Aeads.Create(suite, new byte[AeadSizes.Key])).ToList();
        Assert.True(keys[^1].SealAsync(new byte[AeadSizes.Nonce], default, new byte[1], new byte[17]).IsCompletedSuccessfully);
        keys.ForEach(key => key.Dispose());
    }

    [Fact]
    public void Create_UnknownSuiteOrKeySize_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Aeads.Create(AeadSuite.None, new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Aeads.Create((AeadSuite)9, new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Aeads.Create(AeadSuite.Aes256Gcm, new byte[31]));
    }

    [Theory]
    [InlineData(AeadSuite.Aes256Gcm)]
    [InlineData(AeadSuite.ChaCha20Poly1305)]
    public void Dispose_ThenUse_Throws(AeadSuite suite)
    {
        foreach (var size in new[] { 1, 64 * 1024 })
        {
            var key = Aeads.Create(suite, new byte[AeadSizes.Key]);
            Assert.Equal("[redacted]", key.ToString());
            Assert.True(key.SealAsync(new byte[12], default, new byte[size], new byte[size + 16]).IsCompletedSuccessfully);
            key.Dispose();
            Assert.Throws<ObjectDisposedException>(() => key.SealAsync(new byte[12], default, new byte[size], new byte[size + 16]).IsCompleted);
        }
    }

    private static LinkAead Create(AeadSuite suite, byte[] key, int bulkFrom)
        => suite == AeadSuite.Aes256Gcm ? new LinkAesGcm(key, bulkFrom) : new LinkChaCha(key, bulkFrom);
}
