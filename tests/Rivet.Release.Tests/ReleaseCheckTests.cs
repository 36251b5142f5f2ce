using Rivet.Release.Checks;
using Rivet.Testing;

namespace Rivet.Release.Tests;

public sealed class ReleaseCheckTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Release_SignedByAnAllowedKey_IsGood()
    {
        using var release = new ReleaseFolder();
        var key = await release.MakeKeyAsync("ours", Ct);
        await SshSignature.SignAsync(release.Sums, key, Ct);

        var verdict = await ReleaseCheck.RunAsync(release.Path, release.Allow(key), Ct);

        Assert.Empty(verdict.Problems);
        Assert.StartsWith("Good \"rivet-release\" signature for rivet-release", verdict.Said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_ChangedAfterSigning_IsRefused()
    {
        using var release = new ReleaseFolder();
        var key = await release.MakeKeyAsync("ours", Ct);
        await SshSignature.SignAsync(release.Sums, key, Ct);
        await File.AppendAllTextAsync(release["rivet_1.0.0_amd64.deb"], "!", Ct);

        Assert.Single((await ReleaseCheck.RunAsync(release.Path, release.Allow(key), Ct)).Problems);
    }

    [Fact]
    public async Task FileAndSums_ChangedTogether_AreRefused()
    {
        using var release = new ReleaseFolder();
        var key = await release.MakeKeyAsync("ours", Ct);
        await SshSignature.SignAsync(release.Sums, key, Ct);
        await File.AppendAllTextAsync(release["rivet_1.0.0_amd64.deb"], "!", Ct);
        release.WriteSums();

        Assert.Contains("signature is not good", Assert.Single((await ReleaseCheck.RunAsync(release.Path, release.Allow(key), Ct)).Problems), StringComparison.Ordinal);
        Assert.Contains("signature is not good", Assert.Single((await ReleaseCheck.RunAsync(release.Path, null, Ct)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_SignedByAnotherKey_IsRefused()
    {
        using var release = new ReleaseFolder();
        var (ours, theirs) = (await release.MakeKeyAsync("ours", Ct), await release.MakeKeyAsync("theirs", Ct));
        await SshSignature.SignAsync(release.Sums, theirs, Ct);

        Assert.Contains("signature is not good", Assert.Single((await ReleaseCheck.RunAsync(release.Path, release.Allow(ours), Ct)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signature_GivenToSomethingElse_IsRefused()
    {
        using var release = new ReleaseFolder();
        var key = await release.MakeKeyAsync("ours", Ct);
        await Tool.RunAsync("ssh-keygen", ["-q", "-Y", "sign", "-f", key, "-n", "git", release.Sums], Ct);

        Assert.Single((await ReleaseCheck.RunAsync(release.Path, release.Allow(key, ""), Ct)).Problems);
        Assert.Single((await ReleaseCheck.RunAsync(release.Path, null, Ct)).Problems);
    }

    [Fact]
    public async Task Release_WithoutSignature_IsRefusedWhereSignersAreNamed()
    {
        using var release = new ReleaseFolder();
        var signers = release.Allow(await release.MakeKeyAsync("ours", Ct));

        Assert.Equal(["The release is not signed. Do not install it."], (await ReleaseCheck.RunAsync(release.Path, signers, Ct)).Problems);
        var unsigned = await ReleaseCheck.RunAsync(release.Path, null, Ct);
        Assert.Empty(unsigned.Problems);
        Assert.Contains("nobody says who made them", unsigned.Said[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n")]
    public async Task Signature_ThatIsNone_IsRefused(string text)
    {
        using var release = new ReleaseFolder();
        var signers = release.Allow(await release.MakeKeyAsync("ours", Ct));
        await File.WriteAllTextAsync(release.Signature, text, Ct);

        Assert.Single((await ReleaseCheck.RunAsync(release.Path, signers, Ct)).Problems);
        Assert.Single((await ReleaseCheck.RunAsync(release.Path, null, Ct)).Problems);
    }

    [Fact]
    public async Task Key_WithAPassphrase_IsNotAskedFor()
    {
        using var release = new ReleaseFolder();
        await Tool.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", release["key"]], Ct);

        await Assert.ThrowsAsync<ReleaseStop>(() => SshSignature.SignAsync(release.Sums, release["key"], Ct));
        await Assert.ThrowsAsync<ReleaseStop>(() => SshSignature.SignAsync(release.Sums, release["no-such-key"], Ct));
    }

    [Theory]
    [InlineData("takes a version like", "--version", "1.2.3;Optimize=false")]
    [InlineData("takes a version like", "--version", "../../1.2.3")]
    [InlineData("holds no SHA256SUMS", "--check", "/usr")]
    [InlineData("is not empty", "--out", "/usr")]
    [InlineData("does not exist", "--key", "/no/such/key", "--out", "@")]
    public async Task Program_AskedForWhatItCannot_SaysSoInOneLine(string sentence, params string[] arguments)
    {
        using var folder = new TempFolder();
        var end = await Tool.TryAsync(Built.Program("Rivet.Release", "Rivet.Release"), arguments.Select(argument => argument == "@" ? folder["out"] : argument), Ct);

        Assert.Equal(1, end.ExitCode);
        Assert.Contains(sentence, Assert.Single(end.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_Checking_TellsByItsExitCode()
    {
        using var release = new ReleaseFolder();
        var program = Built.Program("Rivet.Release", "Rivet.Release");

        Assert.Equal(0, (await Tool.TryAsync(program, ["--check", release.Path], Ct)).ExitCode);
        File.Delete(release["Containerfile"]);
        Assert.Equal(1, (await Tool.TryAsync(program, ["--check", release.Path], Ct)).ExitCode);
    }
}
