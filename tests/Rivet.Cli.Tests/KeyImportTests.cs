using System.Security.Cryptography;
using Rivet.Cli.Commands;
using Rivet.Testing;

namespace Rivet.Cli.Tests;

/// <summary>Wrapping a key where it is, without a server.</summary>
public sealed class KeyImportTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WrapKey_IsWhatPkcs11Unwraps(bool sha1)
    {
        using var rsa = RSA.Create(4096);
        var secret = RandomNumberGenerator.GetBytes(32);
        var wrapped = AdminKeyImport.WrapKey(rsa, secret, sha1);
        Assert.Equal(552, wrapped.Length);
        using var aes = Aes.Create();
        aes.SetKey(rsa.Decrypt(wrapped[..512], sha1 ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256));
        Assert.Equal(secret, aes.DecryptKeyWrapPadded(wrapped[512..]));
        Assert.NotEqual(wrapped[512..], AdminKeyImport.WrapKey(rsa, secret, sha1)[512..]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public async Task Wrap_KeyOfAnotherLength_WritesNothing(int length)
    {
        using var rsa = RSA.Create(2048);
        await File.WriteAllTextAsync(folder["public.pem"], rsa.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<CliExit>(() => WrapAsync(length));
        Assert.False(File.Exists(folder["wrapped.bin"]));
    }

    [Fact]
    public async Task Wrap_UnderWhatIsNoPublicKey_WritesNothing()
    {
        await File.WriteAllTextAsync(folder["public.pem"], "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<CliExit>(() => WrapAsync(32));
        Assert.False(File.Exists(folder["wrapped.bin"]));
    }

    private async Task WrapAsync(int length)
    {
        await File.WriteAllBytesAsync(folder["key.bin"], new byte[length], TestContext.Current.CancellationToken);
        await CommandTree.Build(Words.English)
            .Parse(["admin", "keys", "import", "wrap", "--public-key", folder["public.pem"], "--key", folder["key.bin"], "--output", folder["wrapped.bin"]])
            .InvokeAsync(new() { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
    }
}
