using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Roots;

/// <summary><c>root seal</c>, <c>unseal</c> and <c>show</c> on a real server's folders, and its starts after each.</summary>
public sealed class RootSealTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Passphrase_SealedStartedUnsealed_PeopleReadWhatWasWrittenAndNobodyElseStarts()
    {
        var (right, wrong, open) = (Passphrase("right", "correct horse battery staple"), Passphrase("wrong", "correct horse battery stable"), Passphrase("open", "correct horse battery staple"));
        File.SetUnixFileMode(open, Owner | UnixFileMode.GroupRead);
        await using var server = await RootedServer.FoundAsync(folder);
        var plain = await File.ReadAllBytesAsync(server.RootFile, Company.Ct);
        server.Stop();
        Assert.Contains("is the plain root key: a file, not hardware", await server.OwnerAsync("root", "show"), StringComparison.Ordinal);
        server.RefuseStart("is not sealed, and the passphrase in", "--root-passphrase-file", right);

        await server.RefuseAsync($"chmod 600 {open}", "root", "seal", "--passphrase-file", open);
        Assert.Contains("--root-passphrase-file FILE", await server.OwnerAsync("root", "seal", "--passphrase-file", right), StringComparison.Ordinal);
        Assert.Equal(Owner, File.GetUnixFileMode(server.RootFile));
        Assert.DoesNotContain(BackupTests.Files(folder.Path), file => File.ReadAllBytes(file).AsSpan().IndexOf(plain) >= 0);
        var shown = await server.OwnerAsync("root", "show");
        Assert.Contains("is sealed by a passphrase. It is software, not hardware.", shown, StringComparison.Ordinal);

        server.RefuseStart("is sealed by a passphrase, and none was given. Name the passphrase's file with --root-passphrase-file");
        server.RefuseStart("the passphrase is wrong, or the file was changed. Give the right passphrase", "--root-passphrase-file", wrong);
        server.RefuseStart($"can be read or changed by others. Check who had access, then: chmod 600 {open}", "--root-passphrase-file", open);
        await server.RefuseAsync("and none was given", "events");
        await server.RefuseAsync("and none was given", "root", "unseal");
        await server.RefuseAsync("the passphrase is wrong", "root", "unseal", "--root-passphrase-file", wrong);

        await server.StartAgainAsync("--root-passphrase-file", right);
        Assert.Equal(["vault.root.adopted", "vault.root.sealed"], await server.LogUntilAsync("vault.root.sealed", 1, "--root-passphrase-file", right));
        server.Stop();

        var warned = await server.OwnerAsync("root", "unseal", "--root-passphrase-file", right);
        Assert.Contains("is the plain root key now", warned, StringComparison.Ordinal);
        Assert.Equal(plain, await File.ReadAllBytesAsync(server.RootFile, Company.Ct));
        await server.StartAgainAsync();
        Assert.Equal(["vault.root.adopted", "vault.root.sealed", "vault.root.unsealed"], await server.LogUntilAsync("vault.root.unsealed", 1));
    }

    /// <summary>As an operator does it who is at the machine: nothing is in a file, and what is typed does not show.</summary>
    [Fact]
    public async Task Passphrase_TypedOnATerminal_SealsAndStarts()
    {
        const string phrase = "six random words are quite good";
        await using var server = await RootedServer.FoundAsync(folder);
        server.Stop();
        var before = await File.ReadAllBytesAsync(server.RootFile, Company.Ct);
        using (var seal = Terminal.Start("root", "seal", "--passphrase", "--data", server.Process.DataFolder, "--keys", server.Process.KeysFolder))
        {
            await seal.AnswerAsync("New passphrase: ", phrase);
            await seal.AnswerAsync("The same again: ", phrase + "s");
            Assert.Equal(1, await seal.EndAsync());
            Assert.Contains("not the same passphrase twice. Nothing was changed.", seal.Shown, StringComparison.Ordinal);
            Assert.Equal(before, await File.ReadAllBytesAsync(server.RootFile, Company.Ct));
        }

        using (var seal = Terminal.Start("root", "seal", "--passphrase", "--data", server.Process.DataFolder, "--keys", server.Process.KeysFolder))
        {
            await seal.AnswerAsync("New passphrase: ", phrase);
            await seal.AnswerAsync("The same again: ", phrase);
            Assert.True(await seal.EndAsync() == 0, seal.Shown);
            Assert.DoesNotContain(phrase, seal.Shown, StringComparison.Ordinal);
        }

        using var up = Terminal.Start("--data", server.Process.DataFolder, "--keys", server.Process.KeysFolder, "--port", $"{server.Process.Port}");
        await up.AnswerAsync($"Passphrase of {server.RootFile}: ", phrase);
        await up.WaitForAsync($"https://localhost:{server.Process.Port}");
        Assert.DoesNotContain(phrase, up.Shown, StringComparison.Ordinal);
        await server.SignInAsync();
    }

    [Fact]
    public async Task Tpm_FromTheFirstStart_OpensOnItsMachineOnlyUntilItIsUnsealed()
    {
        using var tpm = new SoftTpm();
        using var other = new SoftTpm();
        var passphrase = Passphrase("passphrase", "correct horse battery staple");
        await using var server = await RootedServer.FoundAsync(folder, "--root-tpm", tpm.Place);
        server.Stop();
        var shown = await server.OwnerAsync("root", "show");
        Assert.Contains("is sealed by a machine’s TPM. It is not a hardware module", shown, StringComparison.Ordinal);

        server.RefuseStart($"is sealed by another TPM than the one at {other.Place}", "--root-tpm", other.Place);
        server.RefuseStart("is sealed by a TPM, and the passphrase in", "--root-passphrase-file", passphrase);
        tpm.Stop();
        server.RefuseStart($"The TPM at {tpm.Place} does not answer.");
        await server.RefuseAsync("does not answer", "root", "unseal");
        tpm.Start();
        await server.RefuseAsync("is sealed by another TPM", "root", "unseal", "--root-tpm", other.Place);

        // Where it is was remembered.
        await server.StartAgainAsync();
        server.Stop();

        // The machine is replaced while both are there: sealed anew by the other one.
        await server.OwnerAsync("root", "seal", "--tpm", other.Place);
        server.RefuseStart("is sealed by another TPM", "--root-tpm", tpm.Place);
        tpm.Stop();
        await server.OwnerAsync("root", "unseal");
        other.Stop();
        server.RefuseStart("is not sealed, and the TPM at", "--root-tpm", other.Place);
        await server.StartAgainAsync();
        Assert.Equal(["vault.root.adopted", "vault.root.sealed", "vault.root.unsealed"], await server.LogUntilAsync("vault.root.unsealed", 1));
    }

    private string Passphrase(string name, string phrase)
    {
        File.WriteAllText(folder[name], phrase + "\n");
        File.SetUnixFileMode(folder[name], Owner);
        return folder[name];
    }
}
