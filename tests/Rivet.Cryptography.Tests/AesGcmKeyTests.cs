using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Cryptography.Tests;

public sealed class AesGcmKeyTests
{
    private static readonly SealedHeader Header = new(new Guid("00112233-4455-6677-8899-aabbccddeeff"), 7);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(16 * 1024 - 1)]
    [InlineData(16 * 1024)]
    [InlineData(256 * 1024)]
    public void Open_WhatWasSealed_GivesItBack(int size)
    {
        using var key = NewKey();
        var plaintext = RandomNumberGenerator.GetBytes(size);
        var ciphertext = key.Seal(plaintext, "where"u8);
        Assert.Equal(size + SealedHeader.Overhead, ciphertext.Length);
        Assert.Equal(plaintext, key.TryOpen(ciphertext, "where"u8));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(20 * 1024)]
    public void Open_AnyByteChanged_IsRefused(int size)
    {
        using var key = NewKey();
        var ciphertext = key.Seal(new byte[size], "where"u8);
        var step = Math.Max(1, ciphertext.Length / 200);
        for (var at = 0; at < ciphertext.Length; at += at < 64 || at > ciphertext.Length - 20 ? 1 : step)
        {
            ciphertext[at] ^= 1;
            Assert.Null(key.TryOpen(ciphertext, "where"u8));
            ciphertext[at] ^= 1;
        }

        Assert.NotNull(key.TryOpen(ciphertext, "where"u8));
    }

    [Fact]
    public void Open_AnyTruncation_IsRefused()
    {
        using var key = NewKey();
        var ciphertext = key.Seal("hello"u8, default);
        for (var length = 0; length < ciphertext.Length; length++)
        {
            Assert.Null(key.TryOpen(ciphertext.AsSpan(0, length), default));
        }
    }

    [Fact]
    public void Open_OtherAssociatedDataKeyOrEpoch_IsRefused()
    {
        var secret = RandomNumberGenerator.GetBytes(AesGcmKey.KeySize);
        using var key = new AesGcmKey(Header, secret);
        using var laterEpoch = new AesGcmKey(Header with { Epoch = 8 }, secret);
        using var other = NewKey();
        var ciphertext = key.Seal("hello"u8, "here"u8);
        Assert.Null(key.TryOpen(ciphertext, "there"u8));
        Assert.Null(key.TryOpen(ciphertext, default));
        Assert.Null(laterEpoch.TryOpen(ciphertext, "here"u8));
        Assert.Null(other.TryOpen(ciphertext, "here"u8));
    }

    [Fact]
    public void Seal_SameTwice_NeverRepeatsANonce()
    {
        using var key = NewKey();
        var nonces = Enumerable.Range(0, 1_000)
            .Select(_ => Convert.ToHexString(key.Seal("same"u8, default), SealedHeader.PrefixSize, SealedHeader.NonceSize))
            .ToHashSet();
        Assert.Equal(1_000, nonces.Count);
    }

    [Fact]
    public void Header_ReadBack_IsTheSameAndBigEndian()
    {
        using var key = NewKey();
        var ciphertext = key.Seal("x"u8, default);
        Assert.True(SealedHeader.TryRead(ciphertext, out var header));
        Assert.Equal(Header, header);
        Assert.Equal("0100112233445566778899AABBCCDDEEFF00000007", Convert.ToHexString(ciphertext, 0, SealedHeader.PrefixSize));
    }

    [Fact]
    public void Header_OtherFormatOrTooShort_IsRefused()
    {
        using var key = NewKey();
        var ciphertext = key.Seal("x"u8, default);
        ciphertext[0] = 2;
        Assert.False(SealedHeader.TryRead(ciphertext, out _));
        Assert.False(SealedHeader.TryRead(new byte[SealedHeader.Overhead - 1], out _));
        Assert.False(SealedHeader.TryRead(default, out _));
    }

    [Fact]
    public void Dispose_ThenUse_Throws()
    {
        var key = NewKey();
        var ciphertext = key.Seal("x"u8, default);
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Seal("x"u8, default));
        Assert.Throws<ObjectDisposedException>(() => key.TryOpen(ciphertext, default));
    }

    [Fact]
    public void Keys_AsText_AreRedacted()
    {
        using var key = NewKey();
        using var identity = Ed25519Key.Create();
        using var agreement = X25519Key.Create();
        Assert.All([key.ToString(), identity.ToString(), agreement.ToString()], text => Assert.Equal("[redacted]", text));
    }

    private static AesGcmKey NewKey() => new(Header, RandomNumberGenerator.GetBytes(AesGcmKey.KeySize));
}
