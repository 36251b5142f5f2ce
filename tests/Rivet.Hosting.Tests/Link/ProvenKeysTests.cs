using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Link.Connections;

namespace Rivet.Hosting.Tests.Link;

public sealed class ProvenKeysTests
{
    private readonly Ed25519Key key = Ed25519Key.Create();
    private readonly CountedVerifier inner = new();

    [Fact]
    public async Task Signature_FoundGoodOnce_IsNotVerifiedAgain()
    {
        var proven = new ProvenKeys(inner);
        for (var time = 0; time < 3; time++)
        {
            Assert.True(await AskAsync(proven, "a static key"u8.ToArray(), key.Sign("a static key"u8)));
        }

        Assert.Equal(1, inner.Asked);
    }

    [Fact]
    public async Task AnythingChanged_BehindAGoodAnswer_IsRefused()
    {
        var proven = new ProvenKeys(inner);
        var (message, signature, identity) = ("a static key"u8.ToArray(), key.Sign("a static key"u8), key.PublicKey.ToArray());
        Assert.True(await AskAsync(proven, message, signature));
        foreach (var changed in (byte[][])[message, signature, identity])
        {
            for (var at = 0; at < changed.Length; at++)
            {
                changed[at] ^= 1;
                Assert.False(await proven.VerifyAsync(identity, message, signature, default));
                changed[at] ^= 1;
            }
        }

        Assert.False(await proven.VerifyAsync(identity, message, signature.Append((byte)0).ToArray(), default));
        Assert.False(await proven.VerifyAsync(identity.SkipLast(1).ToArray(), message, signature, default));
    }

    [Fact]
    public async Task BadSignature_AskedAgain_IsVerifiedAgain()
    {
        var proven = new ProvenKeys(inner);
        for (var time = 0; time < 3; time++)
        {
            Assert.False(await AskAsync(proven, "another"u8.ToArray(), key.Sign("a static key"u8)));
        }

        Assert.Equal(3, inner.Asked);
    }

    [Fact]
    public async Task MoreThanItKeeps_TheOldestGoes()
    {
        var proven = new ProvenKeys(inner, most: 2);
        byte[][] messages = [[1], [2], [3], [3], [2], [1]];
        foreach (var message in messages)
        {
            Assert.True(await AskAsync(proven, message, key.Sign(message)));
        }

        Assert.Equal(4, inner.Asked); // 1, 2, 3, and 1 again.
    }

    private ValueTask<bool> AskAsync(ProvenKeys proven, byte[] message, byte[] signature)
        => proven.VerifyAsync(key.PublicKey, message, signature, default);

    private sealed class CountedVerifier : ISignatureVerifier
    {
        private readonly Ed25519Verifier inner = new();

        public int Asked { get; private set; }

        public ValueTask<bool> VerifyAsync(
            ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature, CancellationToken ct)
        {
            Asked++;
            return inner.VerifyAsync(publicKey, message, signature, ct);
        }
    }
}
