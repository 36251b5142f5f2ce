using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Cryptography.Pkcs11.Tests;

/// <summary>What a key module promises, on SoftHSM.</summary>
public sealed class KeyModuleTests : IDisposable
{
    private static readonly byte[] Bound = "this place"u8.ToArray();
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Decrypt_WhatEncryptGave_IsThePlaintext()
    {
        var token = new SoftToken();
        using var module = Open(token);
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        foreach (var length in (int[])[0, 1, 32, 4096])
        {
            var plaintext = RandomNumberGenerator.GetBytes(length);
            var first = module.Encrypt(key, plaintext, Bound).Value;
            Assert.Equal(length + KeyModule.Overhead, first.Length);
            Assert.NotEqual(first, module.Encrypt(key, plaintext, Bound).Value);
            Assert.Equal(plaintext, module.Decrypt(key, first, Bound).Value);
        }

        Assert.True(module.State.IsReady);
    }

    [Fact]
    public void Decrypt_AnyBitFlipped_IsForged()
    {
        var token = new SoftToken();
        using var module = Open(token);
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var right = module.Encrypt(key, "secret"u8, Bound).Value;
        for (var bit = 0; bit < right.Length * 8; bit++)
        {
            var wrong = (byte[])right.Clone();
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(ModuleRefusal.Forged, module.Decrypt(key, wrong, Bound).Refusal);
        }

        for (var length = 0; length < right.Length; length++)
        {
            Assert.Equal(ModuleRefusal.Forged, module.Decrypt(key, right.AsSpan(0, length), Bound).Refusal);
        }

        Assert.True(module.State.IsReady);
        Assert.Equal("secret"u8, module.Decrypt(key, right, Bound).Value);
    }

    [Fact]
    public void Decrypt_OtherPlaceOrOtherKey_IsForged()
    {
        var token = new SoftToken();
        using var module = Open(token);
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var other = module.MakeKey("other", [2], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = module.Encrypt(key, "secret"u8, Bound).Value;
        Assert.Equal(ModuleRefusal.Forged, module.Decrypt(key, sealedBytes, "that place"u8).Refusal);
        Assert.Equal(ModuleRefusal.Forged, module.Decrypt(key, sealedBytes, []).Refusal);
        Assert.Equal(ModuleRefusal.Forged, module.Decrypt(other, sealedBytes, Bound).Refusal);
    }

    [Fact]
    public void Encrypt_ManyAtOnce_AllOpen()
    {
        var token = new SoftToken();
        using var module = Open(token);
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var nonces = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 24 }, index =>
        {
            var sealedBytes = module.Encrypt(key, BitConverter.GetBytes(index), Bound).Value;
            Assert.True(nonces.TryAdd(Convert.ToHexString(sealedBytes.AsSpan(0, 12)), true));
            Assert.Equal(BitConverter.GetBytes(index), module.Decrypt(key, sealedBytes, Bound).Value);
        });
    }

    private KeyModule Open(SoftToken token) => new(
        new KeyModuleSettings { Library = SoftToken.Library, Token = token.Label, Pin = TokenPin.FromFile(token.WritePin(folder["pin"])) }, time);
}
