using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

public sealed class CipherStateTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, AeadSizes.Key).Select(value => (byte)value)];

    [Theory]
    [InlineData(AeadSuite.Aes256Gcm, 0x0102030405060708UL, "000000000102030405060708")]
    [InlineData(AeadSuite.ChaCha20Poly1305, 0x0102030405060708UL, "000000000807060504030201")]
    [InlineData(AeadSuite.Aes256Gcm, 1UL, "000000000000000000000001")]
    [InlineData(AeadSuite.ChaCha20Poly1305, 1UL, "000000000100000000000000")]
    public void WriteNonce_OfANumber_IsInTheCiphersByteOrder(AeadSuite suite, ulong number, string expected)
    {
        var nonce = new byte[AeadSizes.Nonce];
        nonce.AsSpan().Fill(0xAA);
        CipherState.WriteNonce(suite, number, nonce);

        Assert.Equal(expected, Convert.ToHexStringLower(nonce));
    }

    [Theory]
    [InlineData(AeadSuite.Aes256Gcm)]
    [InlineData(AeadSuite.ChaCha20Poly1305)]
    public async Task Open_RepeatedSkippedOrShort_FailsAndDoesNotCount(AeadSuite suite)
    {
        using var sender = Open(suite);
        using var receiver = Open(suite);
        var (first, second, opened) = (new byte[17], new byte[17], new byte[1]);
        await sender.SealAsync(default, new byte[1], first);
        await sender.SealAsync(default, new byte[1], second);

        Assert.False(await receiver.OpenAsync(default, second, opened));
        Assert.False(await receiver.OpenAsync(default, first.AsMemory(0, 15), opened));
        Assert.True(await receiver.OpenAsync(default, first, opened));
        Assert.False(await receiver.OpenAsync(default, first, opened));
        Assert.True(await receiver.OpenAsync(default, second, opened));
        Assert.Equal("[redacted]", sender.ToString());
    }

    [Theory]
    [InlineData(AeadSuite.Aes256Gcm)]
    [InlineData(AeadSuite.ChaCha20Poly1305)]
    public async Task Rekey_OfAKey_IsTheFirstHalfOfZerosUnderTheLastNumber(AeadSuite suite)
    {
        using var key = new LinkAeads().Create(suite, Key);
        var (nonce, output) = (new byte[AeadSizes.Nonce], new byte[48]);
        CipherState.WriteNonce(suite, ulong.MaxValue, nonce);
        await key.SealAsync(nonce, default, new byte[32], output);

        var following = await CipherState.RekeyAsync(key);

        Assert.Equal(output[..32], following);
        Assert.NotEqual(Key, following);
    }

    private static CipherState Open(AeadSuite suite) => new(suite, new LinkAeads().Create(suite, Key));
}
