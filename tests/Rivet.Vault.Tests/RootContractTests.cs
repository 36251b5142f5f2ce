using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

/// <summary>What holds wherever the root is; each kind passes the same tests.</summary>
public abstract class RootContractTests : IDisposable
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private static readonly SigningKey Signing = new(Company, "server-identity");

    protected TempFolder Folder { get; } = new();

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Open_AfterRestart_GivesThePlaintext()
    {
        byte[] ciphertext, publicKey;
        await using (var host = await StartAsync())
        {
            ciphertext = await host.SealAsync(Scope, "text");
            publicKey = (await host.Vault.GetPublicKeyAsync(Signing, Ct)).Value;
            Assert.Equal("text", await host.OpenTextAsync(Scope, ciphertext));
        }

        await using var again = await StartAsync();
        Assert.Equal("text", await again.OpenTextAsync(Scope, ciphertext));
        ReadOnlyMemory<byte>[] messages = ["message"u8.ToArray()];
        var signatures = (await again.Vault.SignAsync(Signing, messages, Ct)).Value;
        Assert.True(Ed25519Key.Verify(publicKey, messages[0].Span, signatures[0]));
    }

    [Fact]
    public async Task WrappedRow_NamesWhatWrappedIt()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        await host.SealAsync(Scope with { Company = default }, "the platform's");
        var standing = (await host.Store.ReadAsync(session => CompanyKeyTable.Find(session, Scope.Company), Ct))!;
        var root = await host.Store.ReadAsync(session => session.QueryFirst("SELECT root_id FROM vault_root", row => new Guid((byte[])row.GetValue(0), true)), Ct);
        var wrapped = await host.Store.ReadAsync(
            session => session.Query("SELECT wrapped FROM vault_key ORDER BY company", row => (byte[])row.GetValue(0)), Ct);
        Assert.All(wrapped, one => Assert.Equal(AesGcmKey.KeySize + SealedHeader.Overhead, one.Length));
        Assert.Equal([new SealedHeader(root, 1), standing.Current], wrapped.Select(one => SealedHeader.TryRead(one, out var header) ? header : default));
    }

    [Theory]
    [InlineData("UPDATE vault_key SET application = 'files'", "files")]
    [InlineData("UPDATE vault_key SET period = 24000", "messaging")]
    [InlineData("UPDATE vault_key SET wrapped = CAST(substr(wrapped, 1, 40) || CASE WHEN substr(wrapped, 41, 1) = x'00' THEN x'01' ELSE x'00' END || substr(wrapped, 42) AS BLOB)", "messaging")]
    [InlineData("UPDATE vault_key SET wrapped = CAST(x'01' || zeroblob(20) || substr(wrapped, 22) AS BLOB)", "messaging")]
    public async Task Open_RowMovedOrChanged_IsUnavailable(string edit, string application)
    {
        byte[] ciphertext;
        await using (var host = await StartAsync())
        {
            ciphertext = await host.SealAsync(Scope, "text");
        }

        VaultHost.EditFile(Folder, edit);
        await using var again = await StartAsync();
        Assert.Equal(VaultRefusal.Unavailable, (await again.OpenAsync(Company, application, ciphertext)).Refusal);
        Assert.True(again.Root.Check().IsReady);
    }

    [Fact]
    public async Task Unwrap_FlippedBitOtherBindingOrOtherRoot_IsForged()
    {
        await using var host = await StartAsync();
        FlipEverywhere(host.Root);
    }

    private static void FlipEverywhere(IRoot root)
    {
        var wrapped = root.Wrap([1, 2, 3], "here"u8).Value;
        Assert.Equal([1, 2, 3], root.Unwrap(wrapped, "here"u8).Value);
        Assert.Equal(VaultRefusal.Forged, root.Unwrap(wrapped, "there"u8).Refusal);
        Assert.Equal(VaultRefusal.Forged, root.Unwrap(wrapped.AsSpan(0, 20), "here"u8).Refusal);
        for (var index = 0; index < wrapped.Length; index++)
        {
            var changed = (byte[])wrapped.Clone();
            changed[index] ^= 0x40;
            Assert.Equal(VaultRefusal.Forged, root.Unwrap(changed, "here"u8).Refusal);
        }
    }

    internal abstract Task<VaultHost> StartAsync();

    protected virtual void Dispose(bool disposing) => Folder.Dispose();
}

public sealed class FileRootContractTests : RootContractTests
{
    internal override Task<VaultHost> StartAsync() => VaultHost.StartAsync(Folder);
}

public sealed class PassphraseRootContractTests : RootContractTests
{
    internal override Task<VaultHost> StartAsync() => VaultHost.StartAsync(Folder, options => options.RootSeal = SealTests.By(Folder));
}

public sealed class TpmRootContractTests : RootContractTests
{
    private readonly SoftTpm tpm = new();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        tpm.Dispose();
    }

    internal override Task<VaultHost> StartAsync() => VaultHost.StartAsync(Folder, options => options.RootSeal = SealTests.By(tpm));
}

[Collection("key module")]
public sealed class ModuleRootContractTests : RootContractTests
{
    private readonly SoftToken token = new();

    internal override Task<VaultHost> StartAsync() => VaultHost.StartAsync(Folder, options => options.RootModule = ModuleRootTests.Settings(token, Folder));
}
