using System.Security.Cryptography;
using System.Text.Json;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Vault.Tests.Lifecycle;

/// <summary>A key that the customer made, wherever the root is.</summary>
public abstract class ImportContractTests : IDisposable
{
    private static readonly CompanyId Company = EntityId.New<CompanyId>(TimeProvider.System);
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private readonly byte[] theirs = RandomNumberGenerator.GetBytes(32);

    protected TempFolder Folder { get; } = new();

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract bool StaysInModule { get; }

    protected abstract void Configure(VaultOptions options);

    [Fact]
    public async Task Import_WrapsTheCompanysKeysFromThenOn_AndAcrossARestart()
    {
        byte[] bytes;
        await using (var host = await StartAsync())
        {
            bytes = await host.SealAsync(Scope, "text");
            var import = await BeginAsync(host);
            var view = (await FinishAsync(host, import.Id, Wrap(import, theirs))).Value;
            Assert.Equal(Custody.Imported, view.Versions[^1].Custody);
            Assert.Equal(1, await host.Get<Rewrapper>().RunOnceAsync(Ct));
            Assert.True((await host.ChangeAsync(Company, new(KeyAction.DestroyVersions) { Version = 1 })).IsOk);
            Assert.Equal(KeyRefusal.ImportAnother, (await host.ChangeAsync(Company, new(KeyAction.Rotate))).Refusal);
        }

        await using var again = await StartAsync();
        Assert.Equal("text", await again.OpenTextAsync(Scope, bytes));

        // It is their key and no other: what wraps the data key opens under it.
        var row = Assert.Single(await again.Store.ReadAsync(session => KeyStore.Under(session, Company, 2, null, 10), Ct));
        using var outside = new AesGcm(theirs, 16);
        var secret = new byte[32];
        var (head, nonce, body, tag) = (row.Wrapped[..21], row.Wrapped[21..33], row.Wrapped[33..^16], row.Wrapped[^16..]);
        byte[] bound = [.. head, .. Binding.OfKey(row.Header, row.Scope)];
        outside.Decrypt(nonce, body, tag, secret, bound);
        Assert.False(VaultHost.Holds(Folder, theirs));
    }

    [Fact]
    public async Task Import_ServesOnce_ForItsCompany_AndForHalfAnHour()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        var import = await BeginAsync(host);
        var other = EntityId.New<CompanyId>(TimeProvider.System);
        await host.SealAsync(Scope with { Company = other }, "text");
        var stranger = new WantedChange(KeyAction.UseImported) { Import = import.Id, WrappedKey = Wrap(import, theirs) };
        Assert.Equal(KeyRefusal.NoImport, (await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(other), stranger, "mine", Ct)).Refusal);
        Assert.Equal(KeyRefusal.BadImport, (await FinishAsync(host, import.Id, [.. Wrap(import, theirs), 0])).Refusal);
        Assert.Equal(KeyRefusal.NoImport, (await FinishAsync(host, import.Id, Wrap(import, theirs))).Refusal);

        var late = await BeginAsync(host);
        host.Time.Advance(Imports.Lasts);
        Assert.Equal(KeyRefusal.NoImport, (await FinishAsync(host, late.Id, Wrap(late, theirs))).Refusal);
        Assert.Equal("text", await host.OpenTextAsync(Scope, await host.SealAsync(Scope, "text")));
    }

    [Fact]
    public async Task Import_OfAChangedOrShortKey_IsRefusedAndChangesNothing()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        foreach (var change in new Func<byte[], byte[]>[]
        {
            whole => Flip(whole, 100),
            whole => Flip(whole, 512 + 3),
            whole => Flip(whole, 512 + 39),
        })
        {
            var import = await BeginAsync(host);
            Assert.Equal(KeyRefusal.BadImport, (await FinishAsync(host, import.Id, change(Wrap(import, theirs)))).Refusal);
        }

        var shorter = await BeginAsync(host);
        Assert.Equal(KeyRefusal.BadImport, (await FinishAsync(host, shorter.Id, Wrap(shorter, theirs[..16]))).Refusal);
        Assert.Equal(1u, (await host.StandingAsync(Company))!.Version);
    }

    [Fact]
    public async Task Import_DeclinedAndMadeAgain_IsTakenUp()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        var first = await BeginAsync(host);
        var asked = (await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(Company), new(KeyAction.UseImported) { Import = first.Id, WrappedKey = Wrap(first, theirs) }, "ours", Ct)).Value;
        Assert.True((await host.Get<KeyDesk>().DeclineAsync(await host.PermitAsync(Company), asked.Id, Ct)).IsOk);
        var second = await BeginAsync(host);
        Assert.True((await FinishAsync(host, second.Id, Wrap(second, theirs))).IsOk);
        await host.Get<Rewrapper>().RunOnceAsync(Ct);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
    }

    [Fact]
    public async Task Begin_TooMany_IsRefused()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        for (var count = 0; count < 3; count++)
        {
            await BeginAsync(host);
        }

        Assert.Equal(KeyRefusal.TooManyImports, (await host.Get<KeyDesk>().BeginImportAsync(await host.PermitAsync(Company), Ct)).Refusal);
    }

    /// <summary>Project Wycheproof's wrong wrappings of 32 bytes under 256 bits, through the whole of an import.</summary>
    [Fact]
    public async Task Import_WycheproofInvalidPaddedKeyWrap_IsRefused()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        // One of each kind: a key pair of its own takes each, and a module seconds to make it.
        var cases = KeyWrapVectors.All().Where(one => !one.IsValid && one.Key.Length == 32 && one.Wrapped.Length == 40).DistinctBy(one => one.Comment).ToList();
        Assert.NotEmpty(cases);
        foreach (var wrong in cases)
        {
            var import = await BeginAsync(host);
            byte[] wrapped = [.. Rsa(import).Encrypt(wrong.Key, Padding(import)), .. wrong.Wrapped];
            Assert.Equal(KeyRefusal.BadImport, (await FinishAsync(host, import.Id, wrapped)).Refusal);
        }
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<VaultHost> StartAsync() => VaultHost.StartAsync(Folder, Configure);

    private async Task<OpenImport> BeginAsync(VaultHost host)
    {
        var import = (await host.Get<KeyDesk>().BeginImportAsync(await host.PermitAsync(Company), Ct)).Value;
        Assert.Equal(StaysInModule, import.IsSha1);
        return import;
    }

    private static Task<Result<CompanyKeyView, KeyRefusal>> FinishAsync(VaultHost host, Guid import, byte[] wrapped)
        => host.ChangeAsync(Company, new(KeyAction.UseImported) { Import = import, WrappedKey = wrapped });

    private static RSA Rsa(OpenImport import)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(import.PublicKey);
        return rsa;
    }

    private static RSAEncryptionPadding Padding(OpenImport import) => import.IsSha1 ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256;

    private static byte[] Wrap(OpenImport import, byte[] key)
    {
        using var rsa = Rsa(import);
        using var carrier = Aes.Create();
        carrier.KeySize = 256;
        return [.. rsa.Encrypt(carrier.Key, Padding(import)), .. carrier.EncryptKeyWrapPadded(key)];
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }
}

/// <summary>With the root in a file.</summary>
public sealed class FileImportTests : ImportContractTests
{
    protected override bool StaysInModule => false;

    protected override void Configure(VaultOptions options)
    {
    }

    [Fact]
    public void Unwrap_WycheproofPaddedKeyWrap_OnlyWhatIsValidAndAKeyOpens()
    {
        foreach (var one in KeyWrapVectors.All())
        {
            var opened = MemoryPair.TryUnwrap(one.Key, one.Wrapped);
            Assert.Equal(one.IsValid && one.Message.Length == 32 ? one.Message : null, opened);
        }
    }
}

/// <summary>With the root in a key module: SoftHSM, which knows OAEP with SHA-1 only and is let do it here.</summary>
[Collection("key module")]
public sealed class ModuleImportTests : ImportContractTests
{
    private readonly SoftToken token = new();

    protected override bool StaysInModule => true;

    protected override void Configure(VaultOptions options) => options.RootModule = ModuleRootTests.Settings(token, Folder) with { AllowsOaepSha1 = true };

    [Fact]
    public async Task Begin_ModuleThatKnowsOnlySha1_IsNotOffered()
    {
        await using var host = await VaultHost.StartAsync(Folder, options => options.RootModule = ModuleRootTests.Settings(token, Folder));
        var company = EntityId.New<CompanyId>(TimeProvider.System);
        Assert.Equal(KeyRefusal.ImportNotOffered, (await host.Get<KeyDesk>().BeginImportAsync(await host.PermitAsync(company), Ct)).Refusal);
    }
}

/// <summary>A vector of padded key wrap.</summary>
internal sealed record KeyWrapVector(string Comment, byte[] Key, byte[] Message, byte[] Wrapped, bool IsValid);

internal static class KeyWrapVectors
{
    public static List<KeyWrapVector> All()
    {
        using var stream = File.OpenRead(Fixtures.Require(Path.Combine("wycheproof", "aes_kwp_test.json")));
        using var json = JsonDocument.Parse(stream);
        return
        [
            .. from gathering in json.RootElement.GetProperty("testGroups").EnumerateArray()
               from test in gathering.GetProperty("tests").EnumerateArray()
               select new KeyWrapVector(test.GetProperty("comment").GetString()!, Bytes(test, "key"), Bytes(test, "msg"), Bytes(test, "ct"), test.GetProperty("result").GetString() == "valid"),
        ];
    }

    private static byte[] Bytes(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);
}
