using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Rivet.Cryptography.Sodium;

namespace Rivet.Cryptography.Tests;

public sealed class XWingKeyTests
{
    /// <summary>The draft's own words (draft-connolly-cfrg-xwing-kem §5), with another library's ML-KEM and SHA-3.</summary>
    [Fact]
    public void SharedSecret_FromItsParts_IsTheSame()
    {
        using var key = XWingKey.FromSeed(Convert.FromHexString("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"));
        Assert.StartsWith("E2236B35A8C24B39B10AA1323A96A919", Convert.ToHexString(key.PublicKey.Span), StringComparison.Ordinal); // the draft's first vector
        var made = XWingKey.TryEncapsulate(key.PublicKey.Span)!;
        var expanded = new byte[96];
        var shake = new ShakeDigest(256);
        shake.BlockUpdate(key.ExportSeed(), 0, 32);
        shake.OutputFinal(expanded, 0, 96);
        var decapsulator = new MLKemDecapsulator(MLKemParameters.ml_kem_768);
        decapsulator.Init(MLKemPrivateKeyParameters.FromSeed(MLKemParameters.ml_kem_768, expanded[..64]));
        var lattice = new byte[32];
        decapsulator.Decapsulate(made.Ciphertext.AsSpan(0, 1088), lattice);
        using var curve = X25519Key.FromPrivateKey(expanded.AsSpan(64));

        byte[] all = [.. lattice, .. curve.TryAgree(made.Ciphertext.AsSpan(1088))!, .. made.Ciphertext.AsSpan(1088), .. curve.PublicKey.Span, .. "\\.//^\\"u8];
        var digest = new Sha3Digest(256);
        digest.BlockUpdate(all, 0, all.Length);
        var combined = new byte[32];
        digest.DoFinal(combined, 0);

        Assert.Equal(combined, made.SharedSecret);
        Assert.Equal(made.SharedSecret, key.TryDecapsulate(made.Ciphertext));
    }

    [Fact]
    public void Ciphertext_Changed_GivesAnotherSecretOrNone()
    {
        using var key = XWingKey.Create();
        var made = XWingKey.TryEncapsulate(key.PublicKey.Span)!;
        foreach (var at in (int[])[0, 500, 1087, 1088, 1119])
        {
            byte[] changed = [.. made.Ciphertext];
            changed[at] ^= 1;
            Assert.NotEqual(made.SharedSecret, key.TryDecapsulate(changed));
        }
    }

    [Fact]
    public void Key_RestoredFromItsSeed_OpensTheSame()
    {
        using var key = XWingKey.Create();
        using var again = XWingKey.FromSeed(key.ExportSeed());
        var made = XWingKey.TryEncapsulate(key.PublicKey.Span)!;

        Assert.Equal(made.SharedSecret, again.TryDecapsulate(made.Ciphertext));
        using var other = XWingKey.Create();
        Assert.NotEqual(made.SharedSecret, other.TryDecapsulate(made.Ciphertext));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1119)]
    [InlineData(1121)]
    public void Lengths_Wrong_GiveNull(int size)
    {
        using var key = XWingKey.Create();

        Assert.Null(key.TryDecapsulate(new byte[size]));
        Assert.Null(XWingKey.TryEncapsulate(new byte[size]));
    }

    [Fact]
    public void PublicKey_OfSmallOrder_GivesNull()
    {
        using var key = XWingKey.Create();
        byte[] small = [.. key.PublicKey.Span[..1184], .. new byte[32]];

        Assert.Null(XWingKey.TryEncapsulate(small));
    }

    [Fact]
    public void Text_OfAKey_IsRedacted() => Assert.Equal("[redacted]", XWingKey.FromSeed(RandomNumberGenerator.GetBytes(32)).ToString());
}
