using System.Security.Cryptography;
using System.Text.Json;
using NSec.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;

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
                $"vector {test.GetProperty("tcId").GetInt32()}");
            count++;
        }

        Assert.True(count > 100);
    }

    [Fact]
    public void X25519_EveryVector_AgreesOrRefusesWeakKeys()
    {
        var count = 0;
        foreach (var (_, test) in Vectors("x25519_test.json"))
        {
            using var key = Key.Import(KeyAgreementAlgorithm.X25519, Bytes(test, "private"), KeyBlobFormat.RawPrivateKey);
            var peer = NSec.Cryptography.PublicKey.Import(KeyAgreementAlgorithm.X25519, Bytes(test, "public"), KeyBlobFormat.RawPublicKey);
            using var shared = KeyAgreementAlgorithm.X25519.Agree(key, peer, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
            var expected = Bytes(test, "shared");
            var zero = expected.All(value => value == 0);
            Assert.True(
                zero ? shared is null : shared!.Export(SharedSecretBlobFormat.RawSharedSecret).AsSpan().SequenceEqual(expected),
                $"vector {test.GetProperty("tcId").GetInt32()}");
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
            var id = $"vector {test.GetProperty("tcId").GetInt32()}";
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

    private static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";

    private static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Vectors(string file)
    {
        using var stream = File.OpenRead(Fixtures.Require(System.IO.Path.Combine("wycheproof", file)));
        var root = JsonDocument.Parse(stream).RootElement;
        return from gathering in root.GetProperty("testGroups").EnumerateArray()
               from test in gathering.GetProperty("tests").EnumerateArray()
               select (gathering, test);
    }
}
