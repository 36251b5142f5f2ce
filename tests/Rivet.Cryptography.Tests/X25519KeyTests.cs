using Rivet.Cryptography.Sodium;

namespace Rivet.Cryptography.Tests;

public sealed class X25519KeyTests
{
    [Fact]
    public async Task Agree_BothSides_HoldTheSameSecret()
    {
        using var left = X25519Key.Create();
        using var right = X25519Key.Create();
        var secret = await left.AgreeAsync(right.PublicKey, CancellationToken.None);

        Assert.Equal(32, secret!.Length);
        Assert.Equal(secret, await right.AgreeAsync(left.PublicKey, CancellationToken.None));
    }

    [Fact]
    public void Agree_KeyOfAnotherLength_IsRefused()
    {
        using var key = X25519Key.Create();
        foreach (var length in new[] { 0, 1, 31, 33, 64 })
        {
            Assert.Null(key.TryAgree(Enumerable.Repeat((byte)9, length).ToArray()));
        }
    }

    [Fact]
    public void Agree_EphemeralWithOneThatStays_HoldTheSameSecret()
    {
        using var left = X25519Key.CreateEphemeral();
        using var right = X25519Key.FromPrivateKey(X25519Key.Create().ExportPrivateKey());

        Assert.Equal(left.TryAgree(right.PublicKey.Span), right.TryAgree(left.PublicKey.Span));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Use_Disposed_Throws(bool isEphemeral)
    {
        var key = isEphemeral ? X25519Key.CreateEphemeral() : X25519Key.Create();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.TryAgree(new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => key.ExportPrivateKey());
    }
}
