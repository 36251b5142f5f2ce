using System.Globalization;
using System.Text;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

/// <summary>The root inside a key module: which store starts with what, and a token that goes and comes back.</summary>
[Collection("key module")]
public sealed class ModuleRootTests : IDisposable
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private static readonly KeyScope Other = KeyScope.Of(Company, "files", KeyPeriod.Unbounded);
    private readonly TempFolder folder = new();
    private readonly SoftToken token = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    internal static RootModuleOptions Settings(SoftToken token, TempFolder folder)
    {
        Directory.CreateDirectory(folder["keys"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new() { Library = SoftToken.Library, Token = token.Label, PinFile = token.WritePin(Path.Combine(folder["keys"], "token.pin")) };
    }

    [Fact]
    public async Task FirstStart_Module_WritesNoRootAndRemembersWhere()
    {
        byte[] ciphertext;
        await using (var host = await StartAsync())
        {
            ciphertext = await host.SealAsync(Scope, "text");
            Assert.Equal(RootKind.Module, host.Root.Kind);
        }

        Assert.False(File.Exists(VaultHost.RootFile(folder)));
        var file = Path.Combine(folder["keys"], "root.module");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain(token.Pin, await File.ReadAllTextAsync(file, Ct), StringComparison.Ordinal);

        // Nobody names the module again: the file beside the root's place does.
        await using var again = await VaultHost.StartAsync(folder);
        Assert.Equal("text", await again.OpenTextAsync(Scope, ciphertext));
    }

    [Fact]
    public async Task Start_FileStoreWithModule_RefusesAndChangesNothing()
    {
        byte[] ciphertext;
        await using (var host = await VaultHost.StartAsync(folder))
        {
            ciphertext = await host.SealAsync(Scope, "text");
        }

        var refusal = await Assert.ThrowsAsync<RootKeyException>(StartAsync);
        Assert.Contains("is a file", refusal.Message, StringComparison.Ordinal);
        await using var again = await VaultHost.StartAsync(folder);
        Assert.Equal("text", await again.OpenTextAsync(Scope, ciphertext));
    }

    [Fact]
    public async Task Start_ModuleStoreWithoutModule_RefusesAndMakesNoFile()
    {
        await (await StartAsync()).DisposeAsync();
        File.Delete(Path.Combine(folder["keys"], "root.module"));
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(folder));
        Assert.Contains("--key-module", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(VaultHost.RootFile(folder)));
        await (await StartAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Start_NewStoreWithModuleAndRootFile_Refuses()
    {
        RootKeyFile.Write(VaultHost.RootFile(folder), new byte[32]);
        Assert.Contains("root key file", (await Assert.ThrowsAsync<RootKeyException>(StartAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OtherToken_SaysThatTheKeyIsNotThere()
    {
        await (await StartAsync()).DisposeAsync();
        var other = new SoftToken();
        var refusal = await Assert.ThrowsAsync<RootKeyException>(
            () => VaultHost.StartAsync(folder, options => options.RootModule = Settings(other, folder)));
        Assert.Contains("holds no key rivet-root-", refusal.Message, StringComparison.Ordinal);
        await (await StartAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Start_WrongPin_SaysWhereAndMakesNothing()
    {
        var settings = Settings(token, folder);
        token.WritePin(settings.PinFile, "not-the-pin");
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(folder, options => options.RootModule = settings));
        Assert.Contains(settings.PinFile, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-pin", refusal.Message, StringComparison.Ordinal);
        await using var host = await StartAsync();
        Assert.Equal("text", await host.OpenTextAsync(Scope, await host.SealAsync(Scope, "text")));
    }

    [Theory]
    [InlineData("token = x\npin-file = y\n", "library")]
    [InlineData("", "library")]
    [InlineData("library = x\ntoken = \npin-file = y\n", "token")]
    public async Task Start_IncompleteModuleFile_SaysWhatIsMissing(string text, string missing)
    {
        Settings(token, folder);
        await File.WriteAllTextAsync(Path.Combine(folder["keys"], "root.module"), text, Ct);
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(folder));
        Assert.Contains($"\"{missing} = ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenRemoved_CachedKeysGoOnAndTheRestIsUnavailableUntilItIsBack()
    {
        await using var host = await StartAsync();
        var cached = await host.SealAsync(Scope, "cached");
        var uncached = await host.SealAsync(Other, "uncached");
        host.Ring.Forget(scope => scope == Other);

        token.Remove();
        Assert.Equal("cached", await host.OpenTextAsync(Scope, cached));
        Assert.Equal("more", await host.OpenTextAsync(Scope, await host.SealAsync(Scope, "more")));
        Assert.Equal(VaultRefusal.Unavailable, (await host.OpenAsync(Company, "files", uncached)).Refusal);
        var fresh = KeyScope.Of(new(Guid.CreateVersion7()), "messaging", KeyPeriod.Unbounded);
        Assert.Equal(VaultRefusal.Unavailable, (await TrySealAsync(host, fresh)).Refusal);
        Assert.Equal(VaultRefusal.Unavailable, (await host.Vault.GetPublicKeyAsync(new(Company, "new"), Ct)).Refusal);

        // Nothing half-done: no row of a key that nobody can unwrap.
        Assert.Equal((2L, 0L), await host.Store.ReadAsync(
            session => session.QueryFirst("SELECT (SELECT count(*) FROM vault_key), (SELECT count(*) FROM vault_signing_key)", row => (row.GetInt64(0), row.GetInt64(1))), Ct));
        foreach (var culture in (string[])["en", "zh-CN"])
        {
            var line = (await host.Status.ReadAsync(new CultureInfo(culture), Ct)).Lines[0];
            Assert.Equal(StatusLevel.Failing, line.Level);
            Assert.False(string.IsNullOrEmpty(line.Advice));
        }

        token.PutBack();
        host.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("uncached", Encoding.UTF8.GetString((await host.OpenAsync(Company, "files", uncached)).Value));
        Assert.True((await TrySealAsync(host, fresh)).IsOk);
        Assert.True((await host.Vault.GetPublicKeyAsync(new(Company, "new"), Ct)).IsOk);
        Assert.NotEqual(StatusLevel.Failing, (await host.Status.ReadAsync(new CultureInfo("en"), Ct)).Lines[0].Level);
    }

    [Fact]
    public async Task Status_TokenInSoftware_IsNotSaidToBeHardware()
    {
        await using var host = await StartAsync();
        var line = (await host.Status.ReadAsync(new CultureInfo("en"), Ct)).Lines[0];
        Assert.Equal(StatusLevel.NotProven, line.Level);
        Assert.Contains("does not say it is hardware", line.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoServers_OneToken_EachOpensItsOwn()
    {
        using var second = new TempFolder();
        var first = await StartAsync();
        await using var other = await VaultHost.StartAsync(second, options => options.RootModule = Settings(token, second));
        var mine = await first.SealAsync(Scope, "mine");
        var theirs = await other.SealAsync(Scope, "theirs");
        Assert.Equal("mine", await first.OpenTextAsync(Scope, mine));
        await first.DisposeAsync();
        Assert.Equal("theirs", await other.OpenTextAsync(Scope, theirs));
        other.Ring.Forget(_ => true);
        Assert.Equal("theirs", await other.OpenTextAsync(Scope, theirs));
        Assert.Equal(VaultRefusal.Forged, (await other.OpenAsync(Company, "messaging", mine)).Refusal);
    }

    [Fact]
    public async Task Copy_ModuleRoot_IsRefusedWithASentence()
    {
        await using var host = await StartAsync();
        var copy = new RootKeyCopy(host.Store, host.Time);
        var taken = await Assert.ThrowsAsync<RootKeyException>(() => copy.TakeAsync(VaultHost.RootFile(folder), new(), new Dictionary<string, string>(), Ct));
        Assert.Contains("never leaves", taken.Message, StringComparison.Ordinal);
        var put = await Assert.ThrowsAsync<RootKeyException>(() => copy.PutBackAsync(VaultHost.RootFile(folder), new byte[32], new(), Ct));
        Assert.Contains("never leaves", put.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(VaultHost.RootFile(folder)));
    }

    private static ValueTask<Result<byte[][], VaultRefusal>> TrySealAsync(VaultHost host, KeyScope scope)
        => host.Vault.SealAsync(scope, new[] { new Plaintext("x"u8.ToArray(), "context"u8.ToArray()) }, Ct);

    private Task<VaultHost> StartAsync() => VaultHost.StartAsync(folder, options => options.RootModule = Settings(token, folder));
}
