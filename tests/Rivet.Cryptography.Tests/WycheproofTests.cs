using System.Security.Cryptography;
using NSec.Cryptography;
using Rivet.Cryptography.Sodium;
using static Rivet.Cryptography.Tests.Wycheproof;

namespace Rivet.Cryptography.Tests;

/// <summary>The primitives as they are used, against Project Wycheproof's vectors.</summary>
public sealed class WycheproofTests
{
    [Fact]
    public void Ed25519_EveryVector_IsJudgedAsExpected()
    {
        var count = 0;
        foreach (var (group, test) in Vectors("ed25519_test.json"))
        {
            var key = Convert.FromHexString(group.GetProperty("publicKey").GetProperty("pk").GetString()!);
            Assert.True(
                IsValid(test) == Ed25519Key.Verify(key, Bytes(test, "msg"), Bytes(test, "sig")),
                Name(test));
            count++;
        }

        Assert.True(count > 100);
    }

    /// <summary>Acceptable cases: keys of small order are refused, other encodings and the twist are computed as RFC 7748 says.</summary>
    [Fact]
    public void X25519_EveryVector_AgreesOrRefusesWeakKeys()
    {
        var count = 0;
        foreach (var (_, test) in Vectors("x25519_test.json"))
        {
            using var key = X25519Key.FromPrivateKey(Bytes(test, "private"));
            var expected = Bytes(test, "shared");
            var shared = key.TryAgree(Bytes(test, "public"));
            Assert.True(expected.All(value => value == 0) ? shared is null : shared.AsSpan().SequenceEqual(expected), Name(test));
            count++;
        }

        Assert.True(count > 500);
    }

    [Fact]
    public void Aes256Gcm_EveryVector_SameInLibsodiumAndPlatform()
    {
        var count = 0;
        foreach (var (group, test) in Vectors("aes_gcm_test.json"))
        {
            if (group.GetProperty("keySize").GetInt32() != 256 || group.GetProperty("ivSize").GetInt32() != 96 || group.GetProperty("tagSize").GetInt32() != 128)
            {
                continue; // Sizes the product never uses.
            }

            var (key, nonce, aad) = (Bytes(test, "key"), Bytes(test, "iv"), Bytes(test, "aad"));
            var (message, ciphertext, tag) = (Bytes(test, "msg"), Bytes(test, "ct"), Bytes(test, "tag"));
            var id = Name(test);
            Assert.True(OpensByPlatform(key, nonce, aad, ciphertext, tag, message) == IsValid(test), id);
            if (Aes256Gcm.IsSupported)
            {
                using var imported = Key.Import(AeadAlgorithm.Aes256Gcm, key, KeyBlobFormat.RawSymmetricKey);
                var opened = AeadAlgorithm.Aes256Gcm.Decrypt(imported, nonce, aad, [.. ciphertext, .. tag]);
                Assert.True(IsValid(test) ? opened!.AsSpan().SequenceEqual(message) : opened is null, id);
            }

            count++;
        }

        Assert.True(count > 50);
    }

    private static bool OpensByPlatform(byte[] key, byte[] nonce, byte[] aad, byte[] ciphertext, byte[] tag, byte[] message)
    {
        using var cipher = new AesGcm(key, tag.Length);
        var opened = new byte[ciphertext.Length];
        try
        {
            cipher.Decrypt(nonce, ciphertext, tag, opened, aad);
            return opened.AsSpan().SequenceEqual(message);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
