using System.Globalization;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Link;
using Rivet.Hosting.Status;
using Rivet.Lws.Agreement;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Identity.Tests;

public sealed class ServerKeysTests
{
    [Fact]
    public async Task Keys_AfterARestart_AreTheSame()
    {
        using var folder = new TempFolder();
        Wire.KeyBundle first;
        await using (var server = await TestServer.StartAsync(folder.Path))
        {
            first = await server.Get<IServerIdentity>().GetKeysAsync(CancellationToken.None);
        }

        await using var again = await TestServer.StartAsync(folder.Path);

        Assert.Equal(first, await again.Get<IServerIdentity>().GetKeysAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Keys_StaticKey_IsSignedByTheIdentityKey()
    {
        await using var server = await TestServer.StartAsync();
        var identity = server.Get<IServerIdentity>();
        var keys = await identity.GetKeysAsync(CancellationToken.None);

        Assert.True(Ed25519Key.Verify(keys.IdentityKey.Span, StaticKeys.ToSign(keys.StaticKey.Span), keys.StaticSignature.Span));
    }

    [Fact]
    public async Task Keys_VaultUnavailable_AreNotMadeUp()
    {
        await using var server = await TestServer.StartAsync();
        server.Vault.IsUnavailable = true;
        var identity = server.Get<IServerIdentity>();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => identity.GetKeysAsync(CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => identity.GetStaticAsync(CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData("en", "Set-up")]
    [InlineData("zh-CN", "初始设置")]
    public async Task Status_TellsWhetherSetUpIsFinished(string culture, string label)
    {
        await using var server = await TestServer.StartAsync();
        var status = server.Get<IEnumerable<IStatusSource>>().Single(source => source is IdentityStatus);
        var before = await status.ReadAsync(CultureInfo.GetCultureInfo(culture), CancellationToken.None);

        await server.FoundAsync();
        var after = await status.ReadAsync(CultureInfo.GetCultureInfo(culture), CancellationToken.None);

        Assert.Equal((label, StatusLevel.Attention), (before.Lines[0].Label, before.Lines[0].Level));
        Assert.Equal(StatusLevel.Passing, after.Lines[0].Level);
        Assert.Equal(["1", "1", "0", "1", "0"], after.Lines.Skip(1).Select(line => line.Value));
    }
}
