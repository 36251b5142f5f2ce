using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Rivet.Testing;
using Rivet.Transit.Api;
using Rivet.Transit.Ciphers;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Tests;

/// <summary>Project Wycheproof's vectors through the code that calls go through.</summary>
public sealed class VectorTests
{
    [Theory]
    [InlineData("aes_gcm_test.json", "aes256-gcm96", 60)]
    [InlineData("chacha20_poly1305_test.json", "chacha20-poly1305", 200)]
    public void Open_Wycheproof_AgreesOnEveryVector(string file, string type, int least)
    {
        Assert.True(KeyTypes.TryParse(type, out var keyType));
        var tried = 0;
        foreach (var (group, test) in Vectors(file))
        {
            if (group.GetProperty("keySize").GetInt32() == 256 && group.GetProperty("ivSize").GetInt32() == 96 && group.GetProperty("tagSize").GetInt32() == 128)
            {
                tried++;
                var opened = Aead.Open(keyType, Bytes(test, "key"), [.. Bytes(test, "iv"), .. Bytes(test, "ct"), .. Bytes(test, "tag")], Bytes(test, "aad"));
                Assert.True(IsValid(test) ? opened.AsSpan().SequenceEqual(Bytes(test, "msg")) && opened is not null : opened is null, Name(test));
            }
        }

        Assert.InRange(tried, least, int.MaxValue);
    }

    [Fact]
    public void Verify_WycheproofEd25519_AgreesOnEveryVector()
    {
        foreach (var (group, test) in Vectors("ed25519_test.json"))
        {
            var key = Convert.ToBase64String(Convert.FromHexString(group.GetProperty("publicKey").GetProperty("pk").GetString()!));
            var valid = Signature.Verify(Key(KeyType.Ed25519), Version(key), null, Form(KeyType.Ed25519, "{}"), Bytes(test, "msg"), Convert.ToBase64String(Bytes(test, "sig")), null);
            Assert.True(valid.IsOk && valid.Value == IsValid(test), Name(test));
        }
    }

    [Fact]
    public void Verify_WycheproofEcdsa_AgreesOnEveryVector()
    {
        foreach (var (group, test) in Vectors("ecdsa_secp256r1_sha256_p1363_test.json"))
        {
            var key = group.GetProperty("publicKeyPem").GetString()!;
            var form = Form(KeyType.EcdsaP256, """{"marshaling_algorithm":"jws"}""");
            var valid = Signature.Verify(Key(KeyType.EcdsaP256), Version(key), null, form, Bytes(test, "msg"), Base64Url.EncodeToString(Bytes(test, "sig")), null);
            Assert.True(valid.IsOk && valid.Value == IsValid(test), Name(test));
        }
    }

    /// <summary>The unwrapping that imports rest on is the platform's; it is held to the same vectors.</summary>
    [Fact]
    public void KeyWrap_Wycheproof_AgreesOnEveryVector()
    {
        foreach (var (group, test) in Vectors("aes_kwp_test.json"))
        {
            using var aes = Aes.Create();
            aes.SetKey(Bytes(test, "key"));
            byte[]? opened = null;
            try
            {
                opened = aes.DecryptKeyWrapPadded(Bytes(test, "ct"));
            }
            catch (Exception refused) when (refused is CryptographicException or ArgumentException)
            {
            }

            var result = test.GetProperty("result").GetString();
            Assert.True(result == "acceptable" || (result == "valid" ? opened is not null && opened.AsSpan().SequenceEqual(Bytes(test, "msg")) : opened is null), Name(test));
        }
    }

    private static SignatureForm Form(KeyType type, string body) => SignatureForm.Read(type, Fields.TryRead(JsonDocument.Parse(body).RootElement)!, null).Value;

    private static TransitKey Key(KeyType type) => new()
    {
        Id = Guid.NewGuid(), Company = new(Guid.NewGuid()), Name = "k", Type = type, Owner = Guid.NewGuid(), IsDerived = false, IsImported = false, AllowRotation = false,
        DeletionAllowed = false, Latest = 1, MinDecryption = 1, MinEncryption = 0, MinAvailable = 0, RotateEvery = default, Revision = 1, CreatedAt = default,
    };

    private static KeyVersion Version(string publicKey)
        => new() { Number = 1, Sealed = [], Public = publicKey, Seals = 0, Uses = 0, CreatedAt = default, LastUsedMs = 0 };

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Vectors(string file)
    {
        var root = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require(Path.Combine("wycheproof", file)))).RootElement;
        return from gathering in root.GetProperty("testGroups").EnumerateArray() from test in gathering.GetProperty("tests").EnumerateArray() select (gathering, test);
    }

    private static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";

    private static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static string Name(JsonElement test) => $"vector {test.GetProperty("tcId").GetInt32()}";
}
