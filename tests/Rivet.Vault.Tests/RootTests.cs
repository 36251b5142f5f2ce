using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

public sealed class RootTests
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private static readonly SigningKey Signing = new(Company, "server-identity");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FirstStart_NoFile_MakesOneForItsOwnerOnly()
    {
        using var folder = new TempFolder();
        await using var host = await VaultHost.StartAsync(folder);
        Assert.Equal(32, new FileInfo(VaultHost.RootFile(folder)).Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(VaultHost.RootFile(folder)));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["keys"]));
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.UserExecute)]
    public async Task Start_FileOpenToOthers_Refuses(UnixFileMode more)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes");
        using var folder = new TempFolder();
        await (await VaultHost.StartAsync(folder)).DisposeAsync();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(VaultHost.RootFile(folder), UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        }

        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(folder));
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FileMissingButStoreHasKeys_Refuses()
    {
        using var folder = new TempFolder();
        await (await VaultHost.StartAsync(folder)).DisposeAsync();
        File.Delete(VaultHost.RootFile(folder));
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(folder));
        Assert.Contains("missing", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(VaultHost.RootFile(folder)));
    }

    [Fact]
    public async Task Start_AnotherRoot_RefusesAndChangesNothing()
    {
        using var folder = new TempFolder();
        byte[] ciphertext;
        await using (var host = await VaultHost.StartAsync(folder))
        {
            ciphertext = await host.SealAsync(Scope, "text");
        }

        var right = await File.ReadAllBytesAsync(VaultHost.RootFile(folder), Ct);
        await File.WriteAllBytesAsync(VaultHost.RootFile(folder), RandomNumberGenerator.GetBytes(32), Ct);
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(folder));
        Assert.Contains("not the one", refusal.Message, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(VaultHost.RootFile(folder), right, Ct);
        await using var again = await VaultHost.StartAsync(folder);
        Assert.Equal("text", await again.OpenTextAsync(Scope, ciphertext));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public async Task Start_FileOfAnotherLength_Refuses(int length)
    {
        using var folder = new TempFolder();
        await (await VaultHost.StartAsync(folder)).DisposeAsync();
        await File.WriteAllBytesAsync(VaultHost.RootFile(folder), new byte[length], Ct);
        await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(folder));
    }

    [Theory]
    [InlineData("root.key")]
    [InlineData("deeper/root.key")]
    [InlineData("../data/root.key")]
    public async Task Start_FileInsideTheDataFolder_Refuses(string name)
    {
        using var folder = new TempFolder();
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => VaultHost.StartAsync(
            folder, options => options.RootKeyFile = Path.Combine(folder["data"], name)));
        Assert.Contains("outside", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ByDefault_TurnsCoreDumpsOff()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "prctl is Linux");
        using var folder = new TempFolder();
        await using var host = await VaultHost.StartAsync(folder);
        Assert.True(ProcessHardening.CoreDumpsAreOff());
    }

    [Fact]
    public async Task Files_AfterSealingAndSigning_HoldNoSecret()
    {
        using var folder = new TempFolder();
        await using var host = await VaultHost.StartAsync(folder);
        const string Text = "the plaintext that must not be found";
        var ciphertext = await host.SealAsync(Scope, Text);
        await host.Store.WriteAsync(transaction => transaction.Execute("CREATE TABLE content (body BLOB)"), Ct);
        await host.Store.WriteAsync(transaction => transaction.Execute("INSERT INTO content VALUES ($1)", ciphertext), Ct);
        await host.Vault.GetPublicKeyAsync(Signing, Ct);

        var root = await File.ReadAllBytesAsync(VaultHost.RootFile(folder), Ct);
        var (rootId, wrappedKey, wrappedSeed) = await host.Store.ReadAsync(
            session => session.QueryFirst(
                "SELECT root_id, (SELECT wrapped FROM vault_key), (SELECT wrapped FROM vault_signing_key) FROM vault_root",
                row => (new Guid((byte[])row.GetValue(0), true), (byte[])row.GetValue(1), (byte[])row.GetValue(2))),
            Ct);
        var company = Assert.Single(await host.Store.ReadAsync(session => CompanyKeyTable.Versions(session, Scope.Company), Ct));
        using var key = new AesGcmKey(new(rootId, 1), root);
        var companyKey = key.TryOpen(company.Wrapped, Binding.OfCompanyKey(Scope.Company, company.Name, Custody.Vault))!;
        using var wrapper = new AesGcmKey(company.Name, companyKey);
        SealedHeader.TryRead(ciphertext, out var header);
        var dataKey = wrapper.TryOpen(wrappedKey, Binding.OfKey(header, Scope))!;
        var seed = key.TryOpen(wrappedSeed, Binding.OfSigningKey(Signing))!;

        foreach (var secret in new[] { Encoding.UTF8.GetBytes(Text), root, companyKey, dataKey, seed })
        {
            Assert.False(VaultHost.Holds(folder, secret));
        }

        Assert.True(VaultHost.Holds(folder, ciphertext), "the scan itself must work");
    }

    [Fact]
    public async Task Sign_SameKeyAfterRestart_VerifiesUnderTheSamePublicKey()
    {
        using var folder = new TempFolder();
        byte[] publicKey;
        await using (var host = await VaultHost.StartAsync(folder))
        {
            publicKey = (await host.Vault.GetPublicKeyAsync(Signing, Ct)).Value;
        }

        await using var again = await VaultHost.StartAsync(folder);
        ReadOnlyMemory<byte>[] messages = ["first"u8.ToArray(), "second"u8.ToArray()];
        var signatures = (await again.Vault.SignAsync(Signing, messages, Ct)).Value;
        Assert.True(Ed25519Key.Verify(publicKey, messages[0].Span, signatures[0]));
        Assert.True(Ed25519Key.Verify(publicKey, messages[1].Span, signatures[1]));
        Assert.False(Ed25519Key.Verify(publicKey, messages[0].Span, signatures[1]));
    }

    [Fact]
    public async Task Sign_OtherPurposeOrCompany_IsAnotherKey()
    {
        using var folder = new TempFolder();
        await using var host = await VaultHost.StartAsync(folder);
        SigningKey[] names = [Signing, Signing with { Purpose = "page" }, Signing with { Company = default }];
        var keys = new HashSet<string>();
        foreach (var name in names)
        {
            Assert.True(keys.Add(Convert.ToHexString((await host.Vault.GetPublicKeyAsync(name, Ct)).Value)));
        }

        var crowd = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(
            async () => Convert.ToHexString((await host.Vault.GetPublicKeyAsync(new(Company, "crowd"), Ct)).Value), Ct)));
        Assert.Single(crowd.Distinct());
    }

    [Fact]
    public async Task Sign_RowTakenFromAnotherPurpose_IsUnavailable()
    {
        using var folder = new TempFolder();
        await using (var host = await VaultHost.StartAsync(folder))
        {
            await host.Vault.GetPublicKeyAsync(Signing, Ct);
        }

        VaultHost.EditFile(folder, "UPDATE vault_signing_key SET purpose = 'other'");
        await using var again = await VaultHost.StartAsync(folder);
        Assert.Equal(VaultRefusal.Unavailable, (await again.Vault.GetPublicKeyAsync(Signing with { Purpose = "other" }, Ct)).Refusal);
    }

    [Theory]
    [InlineData("en", "Vault")]
    [InlineData("zh-CN", "保险库")]
    public async Task Status_SoftwareRoot_IsSaidNotToBeProven(string culture, string title)
    {
        using var folder = new TempFolder();
        await using var host = await VaultHost.StartAsync(folder);
        await host.SealAsync(Scope, "x");
        var section = await host.Status.ReadAsync(new CultureInfo(culture), Ct);
        Assert.Equal(title, section.Title);
        Assert.Equal(StatusLevel.NotProven, section.Lines[0].Level);
        Assert.Equal("1", section.Lines[2].Value);
        Assert.All(section.Lines, line => Assert.False(string.IsNullOrEmpty(line.Value)));
    }
}
