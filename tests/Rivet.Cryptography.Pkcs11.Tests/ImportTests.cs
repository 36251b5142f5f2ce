using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Rivet.Testing;

namespace Rivet.Cryptography.Pkcs11.Tests;

/// <summary>Keys made elsewhere come into the token, and keys go. SoftHSM 2.6.1 has OAEP with SHA-1 alone and no CKM_RSA_AES_KEY_WRAP.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly SoftToken token = new();
    private readonly KeyModule module;

    public ImportTests() => module = Open(allowsSha1: true);

    public void Dispose()
    {
        module.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Unwrap_KeyOfTheCustomer_StaysInsideAndIsTheirs()
    {
        var pair = module.MakeUnwrapKeyPair("pair", [1]).Value;
        Assert.Equal(ImportWrapping.RsaAesSha1, pair.Wrapping);
        Assert.Equal(ModuleRefusal.Exists, module.MakeUnwrapKeyPair("pair", [1]).Refusal);
        var theirs = RandomNumberGenerator.GetBytes(32);

        // As after a restart.
        var found = module.FindUnwrapKeyPair("pair").Value;
        Assert.Equal(pair.PublicKey.ToArray(), found.PublicKey.ToArray());
        var key = module.Unwrap(found, Wrap(pair, theirs), "theirs", [7]).Value;

        Assert.True(key.IsImported);
        var sealedBytes = module.Encrypt(key, "secret"u8, "bound"u8).Value;
        Assert.Equal("secret"u8, module.Decrypt(module.FindImportedKey("theirs").Value, sealedBytes, "bound"u8).Value);
        using (var outside = new AesGcm(theirs, 16))
        {
            var opened = new byte[6];
            outside.Decrypt(sealedBytes.AsSpan(0, 12), sealedBytes.AsSpan(12, 6), sealedBytes.AsSpan(18), opened, "bound"u8);
            Assert.Equal("secret"u8, opened);
        }

        var attributes = Attributes("theirs", CKA.CKA_SENSITIVE, CKA.CKA_EXTRACTABLE, CKA.CKA_ENCRYPT, CKA.CKA_DECRYPT, CKA.CKA_WRAP, CKA.CKA_UNWRAP, CKA.CKA_TOKEN, CKA.CKA_VALUE);
        Assert.Equal([true, false, true, true, false, false, true], attributes.Take(7).Select(attribute => attribute.GetValueAsBool()));
        Assert.True(attributes[7].CannotBeRead);

        // Never taken for a key that was made inside.
        Assert.Equal(ModuleRefusal.Unfit, module.FindKey("theirs", ModuleKeyUse.Encrypt).Refusal);
        Assert.Equal(ModuleRefusal.Unfit, module.Encrypt(key with { IsImported = false }, [1], []).Refusal);
        Assert.True(module.State.IsReady);
    }

    [Fact]
    public void Unwrap_Twice_PairIsGone()
    {
        var pair = module.MakeUnwrapKeyPair("pair", [1]).Value;
        Assert.True(module.Unwrap(pair, Wrap(pair, RandomNumberGenerator.GetBytes(32)), "first", [1]).IsOk);
        Assert.Equal(ModuleRefusal.NotFound, module.Unwrap(pair, Wrap(pair, RandomNumberGenerator.GetBytes(32)), "second", [2]).Refusal);
        Assert.Equal(ModuleRefusal.NotFound, module.FindUnwrapKeyPair("pair").Refusal);
        Assert.Equal(ModuleRefusal.NotFound, module.FindImportedKey("second").Refusal);
        Assert.Empty(All("pair"));
    }

    [Fact]
    public void Unwrap_LabelTaken_IsExistsAndThePairStays()
    {
        Assert.True(module.MakeKey("taken", [1], ModuleKeyUse.Encrypt).IsOk);
        var pair = module.MakeUnwrapKeyPair("pair", [1]).Value;
        Assert.Equal(ModuleRefusal.Exists, module.Unwrap(pair, Wrap(pair, new byte[32]), "taken", [1]).Refusal);
        Assert.True(module.Destroy(pair).IsOk);
        Assert.Equal(ModuleRefusal.NotFound, module.Destroy(pair).Refusal);
    }

    [Theory]
    [InlineData("bit of the carrier")]
    [InlineData("bit of the key")]
    [InlineData("truncated")]
    [InlineData("nothing")]
    [InlineData("AES-128")]
    [InlineData("AES-192")]
    [InlineData("no AES key")]
    [InlineData("for another pair")]
    public void Unwrap_Wrong_IsForgedLeavesNothingAndThePairIsGone(string wrong)
    {
        var pair = module.MakeUnwrapKeyPair("pair", [1]).Value;
        var right = Wrap(pair, RandomNumberGenerator.GetBytes(32));
        using var stranger = RSA.Create(4096);
        byte[] wrapped = wrong switch
        {
            "bit of the carrier" => [.. right[..100], (byte)(right[100] ^ 1), .. right[101..]],
            "bit of the key" => [.. right[..^1], (byte)(right[^1] ^ 1)],
            "truncated" => right[..^8],
            "nothing" => [],
            "AES-128" => Wrap(pair, RandomNumberGenerator.GetBytes(16)),
            "AES-192" => Wrap(pair, RandomNumberGenerator.GetBytes(24)),
            "no AES key" => Wrap(pair, RandomNumberGenerator.GetBytes(31)),
            _ => Wrap(pair with { PublicKey = stranger.ExportSubjectPublicKeyInfo() }, RandomNumberGenerator.GetBytes(32)),
        };
        Assert.Equal(ModuleRefusal.Forged, module.Unwrap(pair, wrapped, "theirs", [7]).Refusal);
        Assert.Empty(All("theirs"));
        Assert.Equal(ModuleRefusal.NotFound, module.FindUnwrapKeyPair("pair").Refusal);
        Assert.True(module.State.IsReady);
    }

    [Fact]
    public void MakeUnwrapKeyPair_OnlySha1AndNotAllowed_IsNotOfferedAndLeavesNothing()
    {
        using var strict = Open(allowsSha1: false);
        Assert.Equal(ModuleRefusal.NotOffered, strict.MakeUnwrapKeyPair("pair", [1]).Refusal);
        Assert.Empty(All("pair"));
        Assert.True(strict.State.IsReady);
    }

    [Theory]
    [InlineData(CKA.CKA_DECRYPT, true)]
    [InlineData(CKA.CKA_SIGN, true)]
    [InlineData(CKA.CKA_UNWRAP, false)]
    public void FindUnwrapKeyPair_DoesSomethingElse_IsUnfit(CKA attribute, bool value)
    {
        Assert.True(module.MakeUnwrapKeyPair("pair", [1]).IsOk);
        module.Current!.With(isWriting: true, session =>
        {
            session.SetAttributeValue(UnwrapPair.FindPrivate(session, "pair").Handle, [LoadedLibrary.Factories.ObjectAttributeFactory.Create(attribute, value)]);
            return 0;
        });
        Assert.Equal(ModuleRefusal.Unfit, module.FindUnwrapKeyPair("pair").Refusal);
    }

    [Fact]
    public void Destroy_Key_IsGone()
    {
        var key = module.MakeKey("k", [1], ModuleKeyUse.Encrypt).Value;
        var sealedBytes = module.Encrypt(key, "secret"u8, []).Value;
        Assert.True(module.Destroy(key).IsOk);
        Assert.Empty(All("k"));
        Assert.Equal(ModuleRefusal.NotFound, module.Destroy(key).Refusal);
        Assert.Equal(ModuleRefusal.NotFound, module.FindKey("k", ModuleKeyUse.Encrypt).Refusal);

        // Another of the label opens nothing that was sealed before.
        Assert.True(module.MakeKey("k", [1], ModuleKeyUse.Encrypt).IsOk);
        Assert.Equal(ModuleRefusal.Forged, module.Decrypt(key, sealedBytes, []).Refusal);
    }

    private static byte[] Wrap(UnwrapKeyPair pair, byte[] key)
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(pair.PublicKey.Span, out _);
        Assert.Equal(4096, rsa.KeySize);
        using var carrier = Aes.Create();
        carrier.KeySize = 256;
        return [.. rsa.Encrypt(carrier.Key, RSAEncryptionPadding.OaepSHA1), .. carrier.EncryptKeyWrapPadded(key)];
    }

    private List<IObjectHandle> All(string label)
        => Asked(session => session.FindAllObjects([LoadedLibrary.Factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, label)]));

    private List<IObjectAttribute> Attributes(string label, params CKA[] names)
        => Asked(session => session.GetAttributeValue(session.FindAllObjects(KeyFitness.Search(label)).Single(), names.ToList()));

    private T Asked<T>(Func<ISession, T> ask)
    {
        Assert.True(module.Check().IsReady);
        return module.Current!.With(isWriting: false, ask);
    }

    private KeyModule Open(bool allowsSha1) => new(
        new KeyModuleSettings { Library = SoftToken.Library, Token = token.Label, Pin = TokenPin.FromFile(token.WritePin(folder["pin"])), AllowsOaepSha1 = allowsSha1 },
        new FakeTimeProvider());
}
