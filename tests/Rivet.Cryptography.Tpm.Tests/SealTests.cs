using System.Security.Cryptography;
using Rivet.Cryptography.Tpm.Wire;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Cryptography.Tpm.Tests;

/// <summary>What a TPM gives back, and to whom; on swtpm, with tpm2-tools as the other side.</summary>
public sealed class SealTests : IDisposable
{
    private readonly SoftTpm tpm = new();
    private readonly TempFolder folder = new();
    private readonly byte[] auth = [.. RandomNumberGenerator.GetBytes(31), 1];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        tpm.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(128)]
    public async Task Unseal_WhatSealGave_IsTheSecret(int length)
    {
        var secret = RandomNumberGenerator.GetBytes(length);
        var blob = (await Sealer().SealAsync(secret, auth, Ct)).Value;
        Assert.Equal(secret, (await Sealer().UnsealAsync(blob, auth, Ct)).Value);
    }

    [Fact]
    public async Task Unseal_AfterTheTpmWasOff_IsTheSecret()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var blob = (await Sealer().SealAsync(secret, auth, Ct)).Value;
        tpm.Stop();
        Assert.Equal(TpmFault.Unreachable, (await Sealer().UnsealAsync(blob, auth, Ct)).Refusal.Fault);
        tpm.Start();
        Assert.Equal(secret, (await Sealer().UnsealAsync(blob, auth, Ct)).Value);
    }

    [Fact]
    public async Task Unseal_ManyTimes_LeavesNothingInTheTpm()
    {
        var blob = (await Sealer().SealAsync(new byte[32], auth, Ct)).Value;
        for (var count = 0; count < 12; count++)
        {
            Assert.True((await Sealer().UnsealAsync(blob, auth, Ct)).IsOk);
            Assert.False((await Sealer().UnsealAsync(blob, new byte[] { 9 }, Ct)).IsOk);
        }

        Assert.Empty(tpm.Tool("tpm2_getcap", "handles-transient").Trim());
        Assert.Empty(tpm.Tool("tpm2_getcap", "handles-loaded-session").Trim());
    }

    [Fact]
    public async Task Unseal_WrongAuth_IsChangedAndLocksNobodyOut()
    {
        var blob = (await Sealer().SealAsync(new byte[32], auth, Ct)).Value;
        for (var count = 0; count < 40; count++)
        {
            var wrong = (byte[])auth.Clone();
            wrong[0] ^= 1;
            Assert.Equal(TpmFault.Changed, (await Sealer().UnsealAsync(blob, wrong, Ct)).Refusal.Fault);
        }

        Assert.True((await Sealer().UnsealAsync(blob, auth, Ct)).IsOk);
    }

    [Fact]
    public async Task Unseal_AnotherTpm_IsRefusedBeforeAnythingIsTold()
    {
        var blob = (await Sealer().SealAsync(new byte[32], auth, Ct)).Value;
        using var other = new SoftTpm();
        Assert.Equal(TpmFault.AnotherTpm, (await Sealer(other).UnsealAsync(blob, auth, Ct)).Refusal.Fault);

        // And if somebody wrote the other's name into the blob, its own keys do not open it.
        var renamed = blob with { ParentName = (await Sealer(other).NameAsync(Ct)).Value };
        Assert.Equal(TpmFault.Changed, (await Sealer(other).UnsealAsync(renamed, auth, Ct)).Refusal.Fault);
    }

    [Fact]
    public async Task Unseal_AfterTheTpmWasCleared_IsAnotherTpm()
    {
        var blob = (await Sealer().SealAsync(new byte[32], auth, Ct)).Value;
        tpm.Tool("tpm2_clear", "-c", "p");
        Assert.Equal(TpmFault.AnotherTpm, (await Sealer().UnsealAsync(blob, auth, Ct)).Refusal.Fault);
    }

    [Fact]
    public async Task Seal_OwnerHasAPassword_SaysSo()
    {
        tpm.Tool("tpm2_changeauth", "-c", "o", "owner-password");
        Assert.Equal(TpmFault.OwnerClosed, (await Sealer().SealAsync(new byte[32], auth, Ct)).Refusal.Fault);
    }

    [Fact]
    public async Task Unseal_AnyByteOfTheBlobChanged_IsRefused()
    {
        var blob = (await Sealer().SealAsync(new byte[32], auth, Ct)).Value;
        for (var index = 0; index < blob.Public.Length; index++)
        {
            Assert.False((await Sealer().UnsealAsync(blob with { Public = Changed(blob.Public, index) }, auth, Ct)).IsOk);
        }

        for (var index = 0; index < blob.Private.Length; index += 3)
        {
            Assert.False((await Sealer().UnsealAsync(blob with { Private = Changed(blob.Private, index) }, auth, Ct)).IsOk);
        }

        foreach (var wrong in (TpmBlob[])[blob with { Private = default }, blob with { Public = default }, blob with { Public = new byte[2000] }, blob with { Private = blob.Public, Public = blob.Private }])
        {
            Assert.Equal(TpmFault.Changed, (await Sealer().UnsealAsync(wrong, auth, Ct)).Refusal.Fault);
        }

        Assert.True((await Sealer().UnsealAsync(blob, auth, Ct)).IsOk);
    }

    /// <summary>What we sealed, tpm2-tools unseal; so the template of the primary key, the formats and the auth are as others read them.</summary>
    [Fact]
    public async Task Seal_OpenedByTpm2Tools_IsTheSecret()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var blob = (await Sealer().SealAsync(secret, auth, Ct)).Value;
        await File.WriteAllBytesAsync(folder["object.pub"], Sized(blob.Public), Ct);
        await File.WriteAllBytesAsync(folder["object.priv"], Sized(blob.Private), Ct);
        tpm.Tool("tpm2_createprimary", "-Q", "-C", "o", "-g", "sha256", "-G", "ecc", "-c", folder["primary.ctx"]);
        Flush();
        tpm.Tool("tpm2_readpublic", "-Q", "-c", folder["primary.ctx"], "-n", folder["primary.name"]);
        Assert.Equal(await File.ReadAllBytesAsync(folder["primary.name"], Ct), blob.ParentName.ToArray());
        Flush();
        tpm.Tool("tpm2_load", "-Q", "-C", folder["primary.ctx"], "-u", folder["object.pub"], "-r", folder["object.priv"], "-c", folder["object.ctx"]);
        Flush();
        Assert.ThrowsAny<InvalidOperationException>(() => tpm.Tool("tpm2_unseal", "-c", folder["object.ctx"], "-o", folder["nothing"]));
        Flush();
        tpm.Tool("tpm2_unseal", "-c", folder["object.ctx"], "-p", "hex:" + Convert.ToHexString(auth), "-o", folder["secret"]);
        Assert.Equal(secret, await File.ReadAllBytesAsync(folder["secret"], Ct));
    }

    /// <summary>And what they sealed under the same primary key, we unseal.</summary>
    [Fact]
    public async Task Unseal_SealedByTpm2Tools_IsTheSecret()
    {
        await File.WriteAllBytesAsync(folder["secret"], "theirs"u8.ToArray(), Ct);
        tpm.Tool("tpm2_createprimary", "-Q", "-C", "o", "-g", "sha256", "-G", "ecc", "-c", folder["primary.ctx"]);
        Flush();
        tpm.Tool("tpm2_create", "-Q", "-C", folder["primary.ctx"], "-i", folder["secret"], "-p", "hex:" + Convert.ToHexString(auth), "-u", folder["object.pub"], "-r", folder["object.priv"]);
        Flush();
        var blob = new TpmBlob((await File.ReadAllBytesAsync(folder["object.pub"], Ct)).AsMemory(2), (await File.ReadAllBytesAsync(folder["object.priv"], Ct)).AsMemory(2), (await Sealer().NameAsync(Ct)).Value);
        Assert.Equal("theirs"u8.ToArray(), (await Sealer().UnsealAsync(blob, auth, Ct)).Value);
    }

    /// <summary>No resource manager stands before this TPM: the tools leave in it what they loaded.</summary>
    private void Flush() => tpm.Tool("tpm2_flushcontext", "-t");

    private static byte[] Changed(ReadOnlyMemory<byte> bytes, int index)
    {
        var changed = bytes.ToArray();
        changed[index] ^= 0x10;
        return changed;
    }

    private static byte[] Sized(ReadOnlyMemory<byte> bytes) => [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes.Span];

    private TpmSealer Sealer(SoftTpm? other = null) => new(TpmPlace.TryParse((other ?? tpm).Place, out var place) ? place : throw new InvalidOperationException());
}
