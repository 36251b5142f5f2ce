using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Cryptography.Tests;

public sealed class Ed25519KeyTests
{
    [Fact]
    public void FromSeed_Exported_SignsTheSame()
    {
        using var key = Ed25519Key.Create();
        var seed = key.ExportSeed();
        using var again = Ed25519Key.FromSeed(seed);
        Assert.Equal(key.PublicKey.ToArray(), again.PublicKey.ToArray());
        Assert.Equal(key.Sign("m"u8), again.Sign("m"u8));
        CryptographicOperations.ZeroMemory(seed);
    }

    [Fact]
    public async Task Verify_WrongKeyMessageOrSizes_IsFalseWithoutException()
    {
        using var key = Ed25519Key.Create();
        using var other = Ed25519Key.Create();
        var verifier = new Ed25519Verifier();
        var signature = await key.SignAsync("m"u8.ToArray(), CancellationToken.None);
        async Task<bool> Holds(ReadOnlyMemory<byte> who, byte[] message, byte[] signed) => await verifier.VerifyAsync(who, message, signed, CancellationToken.None);

        Assert.True(await Holds(key.PublicKey, "m"u8.ToArray(), signature!));
        Assert.False(await Holds(other.PublicKey, "m"u8.ToArray(), signature!));
        Assert.False(await Holds(key.PublicKey, "n"u8.ToArray(), signature!));
        Assert.False(await Holds(key.PublicKey, "m"u8.ToArray(), signature![..63]));
        Assert.False(await Holds(key.PublicKey, "m"u8.ToArray(), []));
        Assert.False(await Holds(key.PublicKey[..31], "m"u8.ToArray(), signature!));
        Assert.False(await Holds(default, [], []));
        Assert.False(await Holds(new byte[32], "m"u8.ToArray(), signature!));
    }
}
