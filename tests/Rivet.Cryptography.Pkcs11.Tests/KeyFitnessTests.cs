using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Rivet.Testing;

// A library begins anew for a token it has not seen, which ends the sessions of the whole process: what a test does to a session must be its own doing.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Rivet.Cryptography.Pkcs11.Tests;

/// <summary>Which keys are taken, and a key of the vectors' own in a token that tests alone may import into.</summary>
public sealed class KeyFitnessTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly SoftToken token = new();
    private readonly KeyModule module;

    public KeyFitnessTests() => module = Open(allowsImported: false);

    public void Dispose()
    {
        module.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(ModuleKeyUse.Encrypt)]
    [InlineData(ModuleKeyUse.Wrap)]
    public void MakeKey_EitherUse_NeverLeavesAndHasNoOther(ModuleKeyUse use)
    {
        Assert.True(module.MakeKey("k", [7, 8], use).IsOk);
        var found = module.Current!.With(isWriting: false, session => session.GetAttributeValue(
            session.FindAllObjects(KeyFitness.Search("k")).Single(),
            new List<CKA> { CKA.CKA_ENCRYPT, CKA.CKA_DECRYPT, CKA.CKA_WRAP, CKA.CKA_UNWRAP, CKA.CKA_SENSITIVE, CKA.CKA_NEVER_EXTRACTABLE, CKA.CKA_TOKEN, CKA.CKA_ID, CKA.CKA_VALUE }));
        var encrypts = use == ModuleKeyUse.Encrypt;
        Assert.Equal([encrypts, encrypts, !encrypts, !encrypts, true, true, true], found.Take(7).Select(attribute => attribute.GetValueAsBool()));
        Assert.Equal([7, 8], found[7].GetValueAsByteArray());
        Assert.True(found[8].CannotBeRead);
        Assert.Equal(ModuleRefusal.Exists, module.MakeKey("k", [7, 8], use).Refusal);
        Assert.True(module.FindKey("k", use).IsOk);
        Assert.Equal(ModuleRefusal.Unfit, module.FindKey("k", encrypts ? ModuleKeyUse.Wrap : ModuleKeyUse.Encrypt).Refusal);
        Assert.Equal(ModuleRefusal.NotFound, module.FindKey("other", use).Refusal);
    }

    [Fact]
    public void Encrypt_KeyForWrapping_IsUnfit()
    {
        var key = module.MakeKey("k", [1], ModuleKeyUse.Wrap).Value;
        Assert.Equal(ModuleRefusal.Unfit, module.Encrypt(key, [1], []).Refusal);
        Assert.Equal(ModuleRefusal.Unfit, module.Encrypt(key with { Use = ModuleKeyUse.Encrypt }, [1], []).Refusal);
    }

    [Theory]
    [InlineData(CKA.CKA_EXTRACTABLE, true)]
    [InlineData(CKA.CKA_SENSITIVE, false)]
    [InlineData(CKA.CKA_WRAP, true)]
    [InlineData(CKA.CKA_UNWRAP, true)]
    [InlineData(CKA.CKA_DECRYPT, false)]
    public void FindKey_MadeByOthersWithAnotherAttribute_IsUnfit(CKA attribute, bool value)
    {
        Assert.True(module.Check().IsReady);
        var template = KeyFitness.Template("k", [1], ModuleKeyUse.Encrypt);
        var index = template.FindIndex(found => found.Type == (ulong)attribute);
        template[index] = LoadedLibrary.Factories.ObjectAttributeFactory.Create(attribute, value);
        Generate(template);
        Assert.Equal(ModuleRefusal.Unfit, module.FindKey("k", ModuleKeyUse.Encrypt).Refusal);
        Assert.Equal(ModuleRefusal.Unfit, module.Encrypt(new("k", ModuleKeyUse.Encrypt), [1], []).Refusal);
    }

    [Fact]
    public void FindKey_TwoOfOneLabelOrShorterOrImported_IsUnfit()
    {
        Assert.True(module.Check().IsReady);
        Generate(KeyFitness.Template("two", [1], ModuleKeyUse.Encrypt));
        Generate(KeyFitness.Template("two", [2], ModuleKeyUse.Encrypt));
        Assert.Equal(ModuleRefusal.Unfit, module.FindKey("two", ModuleKeyUse.Encrypt).Refusal);

        var shorter = KeyFitness.Template("short", [1], ModuleKeyUse.Encrypt);
        shorter[shorter.FindIndex(found => found.Type == (ulong)CKA.CKA_VALUE_LEN)] = LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_VALUE_LEN, 16UL);
        Generate(shorter);
        Assert.Equal(ModuleRefusal.Unfit, module.FindKey("short", ModuleKeyUse.Encrypt).Refusal);

        Import(module, "imported", RandomNumberGenerator.GetBytes(32));
        Assert.Equal(ModuleRefusal.Unfit, module.FindKey("imported", ModuleKeyUse.Encrypt).Refusal);
    }

    /// <summary>Wycheproof, AES-256-GCM with 12 bytes of nonce: valid vectors open, invalid ones are forged and nothing breaks.</summary>
    [Fact]
    public void Decrypt_Wycheproof_OpensTheValidAndRefusesTheInvalid()
    {
        using var importing = Open(allowsImported: true);
        Assert.True(importing.Check().IsReady);
        using var file = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("wycheproof/aes_gcm_test.json")));
        var groups = file.RootElement.GetProperty("testGroups").EnumerateArray()
            .Where(group => group.GetProperty("keySize").GetInt32() == 256 && group.GetProperty("ivSize").GetInt32() == 96 && group.GetProperty("tagSize").GetInt32() == 128);
        var (opened, refused) = (0, 0);
        foreach (var test in groups.SelectMany(group => group.GetProperty("tests").EnumerateArray()))
        {
            var name = $"vector {test.GetProperty("tcId").GetInt32()}";
            Import(importing, name, Bytes(test, "key"));
            var result = importing.Decrypt(
                importing.FindKey(name, ModuleKeyUse.Encrypt).Value, [.. Bytes(test, "iv"), .. Bytes(test, "ct"), .. Bytes(test, "tag")], Bytes(test, "aad"));
            if (test.GetProperty("result").GetString() == "valid")
            {
                Assert.True(result.IsOk, name);
                Assert.Equal(Bytes(test, "msg"), result.Value);
                opened++;
            }
            else
            {
                Assert.Equal(ModuleRefusal.Forged, result.Refusal);
                refused++;
            }
        }

        Assert.True(importing.State.IsReady);
        Assert.Equal((39, 27), (opened, refused));
    }

    private static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static void Import(KeyModule into, string label, byte[] value)
    {
        var template = KeyFitness.Template(label, [1], ModuleKeyUse.Encrypt);
        template.RemoveAll(found => found.Type == (ulong)CKA.CKA_VALUE_LEN);
        template.Add(LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_VALUE, value));
        into.Current!.With(isWriting: true, session => session.CreateObject(template));
    }

    private void Generate(List<IObjectAttribute> template)
        => module.Current!.With(isWriting: true, session =>
        {
            using var mechanism = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_AES_KEY_GEN);
            return session.GenerateKey(mechanism, template);
        });

    private KeyModule Open(bool allowsImported) => new(
        new KeyModuleSettings { Library = SoftToken.Library, Token = token.Label, Pin = TokenPin.FromFile(token.WritePin(folder["pin"])) }, new FakeTimeProvider())
    {
        AllowsImportedKeys = allowsImported,
    };
}
