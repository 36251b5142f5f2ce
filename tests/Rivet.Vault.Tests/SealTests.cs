using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

/// <summary>The root key's file behind a passphrase or a TPM: what opens it, what does not, and what each refusal says and leaves.</summary>
public sealed class SealTests : IDisposable
{
    private const string Phrase = "correct horse battery staple";
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private readonly TempFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string File => VaultHost.RootFile(folder);

    public void Dispose() => folder.Dispose();

    /// <summary>A cheap cost: what is tried here is not the cost.</summary>
    internal static RootSealOptions By(TempFolder folder, string phrase = Phrase, string name = "passphrase")
    {
        System.IO.File.WriteAllText(folder[name], phrase + "\n");
        System.IO.File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new() { PassphraseFile = folder[name], Cost = new(8 * 1024, 1) };
    }

    internal static RootSealOptions By(SoftTpm tpm) => new() { Tpm = tpm.Place };

    [Fact]
    public async Task FirstStart_PassphraseNamed_FileHoldsNoRootAndEveryStartTakesThePassphrase()
    {
        var ciphertext = await FoundAsync(By(folder));
        var bytes = await System.IO.File.ReadAllTextAsync(File, Ct);
        Assert.StartsWith("rivet root key, sealed, 1\nseal = passphrase\nargon2id = 8192 KiB 1 passes\n", bytes, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal("text", await ReadAsync(ciphertext, By(folder)));
        await RefusedAsync("--root-passphrase-file", new());
        await RefusedAsync("passphrase is wrong", By(folder, "correct horse battery stable"));
        Assert.Equal("text", await ReadAsync(ciphertext, By(folder)));
    }

    [Fact]
    public async Task FirstStart_ByDefault_CostsMemory()
    {
        await FoundAsync(By(folder) with { Cost = new RootSealOptions().Cost });
        Assert.Contains("argon2id = 262144 KiB 3 passes", await System.IO.File.ReadAllTextAsync(File, Ct), StringComparison.Ordinal);
        await (await StartAsync(By(folder))).DisposeAsync();
    }

    [Fact]
    public async Task Start_CredentialOfTheServiceManagerOrSomebodyAsked_Opens()
    {
        var ciphertext = await FoundAsync(By(folder));
        Directory.CreateDirectory(folder["credentials"]);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder["credentials"], RootSealOptions.CredentialName), Phrase, Ct);
        Assert.Equal("text", await ReadAsync(ciphertext, new() { CredentialsFolder = folder["credentials"] }));
        Assert.Equal("text", await ReadAsync(ciphertext, new() { Ask = _ => Encoding.UTF8.GetBytes(Phrase) }));
        await RefusedAsync("none was given", new() { Ask = _ => null });
        await RefusedAsync("none was given", new() { CredentialsFolder = folder["nowhere"] });
    }

    [Fact]
    public async Task Start_PassphraseFileOpenToOthersMissingOrEmpty_Refuses()
    {
        await FoundAsync(By(folder));
        var seal = By(folder);
        System.IO.File.SetUnixFileMode(seal.PassphraseFile!, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await RefusedAsync("chmod 600", seal);
        await RefusedAsync("cannot be read", new() { PassphraseFile = folder["nowhere"] });
        await RefusedAsync("holds no passphrase", By(folder, ""));
        await RefusedAsync("holds no passphrase", By(folder, new string('x', 1025)));
    }

    [Fact]
    public async Task Start_SealedFileOpenToOthers_Refuses()
    {
        await FoundAsync(By(folder));
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await RefusedAsync("chmod 600", By(folder));
    }

    [Fact]
    public async Task FirstStart_ShortPassphrase_RefusesAndMakesNothing()
    {
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => StartAsync(By(folder, "elevenchars")));
        Assert.Contains("at least 12", refusal.Message, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Start_TruncatedAnywhere_Refuses()
    {
        await FoundAsync(By(folder));
        var right = await System.IO.File.ReadAllBytesAsync(File, Ct);
        for (var length = 0; length < right.Length; length += 7)
        {
            await RefusedAsync(length == 32 ? "is not sealed" : length < 22 ? "no root key" : "truncated", By(folder), right[..length]);
        }
    }

    [Fact]
    public async Task Start_AnyByteChanged_Refuses()
    {
        await FoundAsync(By(folder));
        var right = await System.IO.File.ReadAllBytesAsync(File, Ct);
        for (var index = 0; index < right.Length; index++)
        {
            var wrong = (byte[])right.Clone();
            wrong[index] ^= 1;
            await RefusedAsync("", By(folder), wrong);
        }
    }

    /// <summary>Whoever may write the file makes nobody's machine run out of memory or time.</summary>
    [Theory]
    [InlineData("2147483647 KiB 1 passes")]
    [InlineData("1048577 KiB 1 passes")]
    [InlineData("8191 KiB 1 passes")]
    [InlineData("8192 KiB 17 passes")]
    [InlineData("8192 KiB 0 passes")]
    [InlineData("-1 KiB 1 passes")]
    [InlineData("99999999999999999999 KiB 1 passes")]
    [InlineData("08192 KiB 1 passes")]
    [InlineData("8192 KiB 1 passes ")]
    public async Task Start_AbsurdCost_RefusesWithoutTrying(string cost)
    {
        await FoundAsync(By(folder));
        var text = await System.IO.File.ReadAllTextAsync(File, Ct);
        await RefusedAsync("truncated, changed", By(folder), Encoding.ASCII.GetBytes(text.Replace("8192 KiB 1 passes", cost, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Start_CostMadeCheaper_DoesNotOpen()
    {
        await FoundAsync(By(folder) with { Cost = new(16 * 1024, 2) });
        var text = await System.IO.File.ReadAllTextAsync(File, Ct);
        await RefusedAsync("passphrase is wrong", By(folder), Encoding.ASCII.GetBytes(text.Replace("16384 KiB 2", "8192 KiB 1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Start_OtherSealNamedThanTheFileHas_Refuses()
    {
        using var tpm = new SoftTpm();
        await FoundAsync(new());
        await RefusedAsync("is not sealed", By(folder));
        await RefusedAsync("is not sealed", By(tpm));
        await SealAsync(new(), By(folder));
        await RefusedAsync("sealed by a passphrase", By(tpm));
        await SealAsync(By(folder), By(tpm));
        await RefusedAsync("sealed by a TPM", By(folder));
    }

    [Fact]
    public async Task Tpm_FirstStart_OpensOnItsMachineOnly()
    {
        using var tpm = new SoftTpm();
        var ciphertext = await FoundAsync(By(tpm));
        Assert.Contains("seal = tpm2\nat = " + tpm.Place, await System.IO.File.ReadAllTextAsync(File, Ct), StringComparison.Ordinal);

        // The file says where; another TPM is told apart; one that is gone comes back.
        Assert.Equal("text", await ReadAsync(ciphertext, new()));
        using var other = new SoftTpm();
        await RefusedAsync("another TPM", By(other));
        tpm.Stop();
        await RefusedAsync("does not answer", new());
        tpm.Start();
        Assert.Equal("text", await ReadAsync(ciphertext, new()));
        tpm.Tool("tpm2_clear", "-c", "p");
        await RefusedAsync("cleared since", new());
    }

    [Fact]
    public async Task Tpm_AnyByteOfTheFileChanged_Refuses()
    {
        using var tpm = new SoftTpm();
        await FoundAsync(By(tpm));
        var right = await System.IO.File.ReadAllBytesAsync(File, Ct);
        var place = "at = "u8.Length + right.AsSpan().IndexOf("at = "u8);
        for (var index = 0; index < right.Length; index += 5)
        {
            // Where the TPM is may be said anew; it is authenticated with the rest all the same.
            if (index < place || index > place + tpm.Place.Length)
            {
                var wrong = (byte[])right.Clone();
                wrong[index] ^= 1;
                await RefusedAsync("", By(tpm), wrong);
            }
        }
    }

    [Fact]
    public async Task FirstStart_NoTpm_RefusesAndMakesNothing()
    {
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => StartAsync(new() { Tpm = "/dev/no-tpm-here" }));
        Assert.Contains("does not answer", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<RootKeyException>(() => StartAsync(new() { Tpm = "tcp:192.0.2.1:99" }));
        Assert.Contains("no place of a TPM", refusal.Message, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Seal_PlainThenAnotherPassphraseThenTpmThenUnsealed_TheRootStays()
    {
        using var tpm = new SoftTpm();
        var ciphertext = await FoundAsync(new());
        var plain = await System.IO.File.ReadAllBytesAsync(File, Ct);

        // Somebody holds the earlier file open: what they read after is not the key.
        await using var held = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await SealAsync(new(), By(folder));
        var after = new byte[32];
        await held.ReadExactlyAsync(after, Ct);
        Assert.NotEqual(plain, after);
        Assert.Equal("text", await ReadAsync(ciphertext, By(folder)));

        await SealAsync(By(folder), By(folder, "another good passphrase", "other"));
        await RefusedAsync("passphrase is wrong", By(folder));
        Assert.Equal("text", await ReadAsync(ciphertext, By(folder, "another good passphrase", "other")));

        await SealAsync(By(folder, "another good passphrase", "other"), By(tpm));
        Assert.Equal("text", await ReadAsync(ciphertext, new()));

        await BesideAsync(sealing => sealing.UnsealAsync(File, new(), Ct));
        Assert.Equal(plain, await System.IO.File.ReadAllBytesAsync(File, Ct));
        Assert.Equal("text", await ReadAsync(ciphertext, new()));
        Assert.Equal(["root.key"], Directory.GetFiles(folder["keys"]).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(3, await CountAsync("vault.root.sealed"));
        Assert.Equal(1, await CountAsync("vault.root.unsealed"));
    }

    [Fact]
    public async Task Seal_WrongPassphraseAnotherStoresRootOrNoTpm_ChangesNothing()
    {
        await FoundAsync(By(folder));
        var right = await System.IO.File.ReadAllBytesAsync(File, Ct);
        await Assert.ThrowsAsync<RootKeyException>(() => SealAsync(By(folder, "not the passphrase", "wrong"), By(folder, "another good passphrase", "other")));
        await Assert.ThrowsAsync<RootKeyException>(() => SealAsync(By(folder), new() { Tpm = "/dev/no-tpm-here" }));
        await Assert.ThrowsAsync<RootKeyException>(() => SealAsync(By(folder), By(folder, "short", "short")));
        await Assert.ThrowsAsync<RootKeyException>(() => BesideAsync(sealing => sealing.UnsealAsync(File, By(folder, "not the passphrase", "wrong"), Ct)));
        Assert.Equal(right, await System.IO.File.ReadAllBytesAsync(File, Ct));

        var foreign = RandomNumberGenerator.GetBytes(32);
        await System.IO.File.WriteAllBytesAsync(File, foreign, Ct);
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => SealAsync(new(), By(folder)));
        Assert.Contains("not the one", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(foreign, await System.IO.File.ReadAllBytesAsync(File, Ct));
        await System.IO.File.WriteAllBytesAsync(File, right, Ct);
        Assert.Equal(0, await CountAsync("vault.root.sealed"));
    }

    /// <summary>Shares are of the root itself: they outlive the seal, the passphrase and the TPM.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_OfASealedRoot_PutsItBackPlainOrSealed(bool isTpm)
    {
        using var tpm = isTpm ? new SoftTpm() : null;
        var ciphertext = await FoundAsync(isTpm ? By(tpm!) : By(folder));
        byte[] root = [];
        await CopyAsync(async copy => root = await copy.TakeAsync(File, isTpm ? new() : By(folder), new Dictionary<string, string> { ["shares"] = "3", ["threshold"] = "2" }, Ct));
        Assert.Equal(32, root.Length);
        System.IO.File.Delete(File);
        await CopyAsync(copy => copy.PutBackAsync(File, root, new(), Ct));
        Assert.Equal(root, await System.IO.File.ReadAllBytesAsync(File, Ct));
        Assert.Equal("text", await ReadAsync(ciphertext, new()));

        System.IO.File.Delete(File);
        var other = By(folder, "a passphrase of the new owner", "other");
        await CopyAsync(copy => copy.PutBackAsync(File, root, other, Ct));
        Assert.Equal("text", await ReadAsync(ciphertext, other));
    }

    [Theory]
    [InlineData("en", "not hardware", "not a hardware module")]
    [InlineData("zh-CN", "并非硬件", "并非硬件密钥模块")]
    public async Task Status_Sealed_IsSaidNotToBeHardware(string culture, string passphrase, string tpm)
    {
        using var chip = new SoftTpm();
        await FoundAsync(By(folder));
        await using (var host = await StartAsync(By(folder)))
        {
            var line = (await host.Status.ReadAsync(new CultureInfo(culture), Ct)).Lines[0];
            Assert.Equal(StatusLevel.NotProven, line.Level);
            Assert.Contains(passphrase, line.Value, StringComparison.Ordinal);
        }

        await SealAsync(By(folder), By(chip));
        await using var again = await StartAsync(new());
        var second = (await again.Status.ReadAsync(new CultureInfo(culture), Ct)).Lines[0];
        Assert.Equal(StatusLevel.NotProven, second.Level);
        Assert.Contains(tpm, second.Value, StringComparison.Ordinal);
    }

    private async Task<byte[]> FoundAsync(RootSealOptions seal)
    {
        await using var host = await StartAsync(seal);
        return await host.SealAsync(Scope, "text");
    }

    private async Task<string> ReadAsync(byte[] ciphertext, RootSealOptions seal)
    {
        await using var host = await StartAsync(seal);
        return await host.OpenTextAsync(Scope, ciphertext);
    }

    /// <summary>Does not start, says why, and leaves the file.</summary>
    private async Task RefusedAsync(string why, RootSealOptions seal, byte[]? over = null)
    {
        var right = await System.IO.File.ReadAllBytesAsync(File, Ct);
        await System.IO.File.WriteAllBytesAsync(File, over ?? right, Ct);
        var refusal = await Assert.ThrowsAsync<RootKeyException>(() => StartAsync(seal));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Phrase, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(over ?? right, await System.IO.File.ReadAllBytesAsync(File, Ct));
        await System.IO.File.WriteAllBytesAsync(File, right, Ct);
    }

    private Task<VaultHost> StartAsync(RootSealOptions seal) => VaultHost.StartAsync(folder, options => options.RootSeal = seal);

    private Task SealAsync(RootSealOptions now, RootSealOptions wanted) => BesideAsync(sealing => sealing.SealAsync(File, now, wanted, Ct));

    private async Task BesideAsync(Func<RootSealing, Task> run)
    {
        using var store = Rivet.Storage.StoreBeside.Open(folder["data"], []);
        await run(new RootSealing(store, TimeProvider.System));
    }

    private async Task CopyAsync(Func<RootKeyCopy, Task> run)
    {
        using var store = Rivet.Storage.StoreBeside.Open(folder["data"], []);
        await run(new RootKeyCopy(store, TimeProvider.System));
    }

    private async Task<int> CountAsync(string kind)
    {
        using var store = Rivet.Storage.StoreBeside.Open(folder["data"], []);
        var payloads = await store.ReadAsync(session => session.Query("SELECT payload FROM outbox", row => (byte[])row.GetValue(0)), Ct);
        return payloads.Count(payload => payload.AsSpan().IndexOf(Encoding.UTF8.GetBytes(kind)) >= 0);
    }
}
