using Rivet.Cryptography;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

/// <summary>A peer that keeps the rules of Noise and sends keys that are none.</summary>
public sealed class HostilePeerTests
{
    private const string KnownServer = "Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256";
    private const string FirstContact = "Noise_XXhfs_25519+MLKEM768_AESGCM_SHA256";
    private const string Resumption = "Noise_NNpsk0+hfs_25519+MLKEM768_AESGCM_SHA256";

    /// <summary>Every X25519 public key whose shared secret is zero (the points of order 1, 2, 4 and 8, and their other encodings).</summary>
    public static TheoryData<string> SmallOrderKeys =>
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    [Theory]
    [MemberData(nameof(SmallOrderKeys))]
    public async Task Ephemeral_OfSmallOrder_EndsTheHandshake(string key)
    {
        var primitives = NoiseVector.Fresh() with { NewEphemeral = _ => new(new SmallOrderKey(key)) };
        foreach (var protocol in new[] { KnownServer, FirstContact, Resumption })
        {
            using var byDevice = new Pair(protocol, initiatorPrimitives: primitives);
            Assert.False(await byDevice.RunAsync());
            Assert.True(byDevice.Responder.IsEnded);

            using var byServer = new Pair(protocol, responderPrimitives: primitives);
            Assert.False(await byServer.RunAsync());
            Assert.True(byServer.Initiator.IsEnded);
        }
    }

    [Theory]
    [MemberData(nameof(SmallOrderKeys))]
    public async Task Static_OfSmallOrder_EndsTheHandshake(string key)
    {
        foreach (var protocol in new[] { KnownServer, FirstContact })
        {
            using var pair = new Pair(protocol, initiator: setup => setup with { Static = new SmallOrderKey(key) });
            Assert.False(await pair.RunAsync());
            Assert.True(pair.Responder.IsEnded);
        }

        using var server = new Pair(FirstContact, responder: setup => setup with { Static = new SmallOrderKey(key) });
        Assert.False(await server.RunAsync());
        Assert.True(server.Initiator.IsEnded);
    }

    [Theory]
    [InlineData(KnownServer)]
    [InlineData(FirstContact)]
    [InlineData(Resumption)]
    public async Task EncapsulationKey_OfNumbersBeyondTheModulus_EndsTheHandshake(string protocol)
    {
        using var pair = new Pair(protocol, initiatorPrimitives: NoiseVector.Fresh() with { Kem = new OverflowingKem() });
        Assert.False(await pair.RunAsync());
        Assert.True(pair.Responder.IsEnded);
    }

    /// <summary>Knows every secret that is made with it: zero.</summary>
    private sealed class SmallOrderKey(string key) : IKeyAgreement
    {
        public ReadOnlyMemory<byte> PublicKey { get; } = Convert.FromHexString(key);

        public ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct) => new(new byte[32]);
    }

    private sealed class OverflowingKem : IKem, IDecapsulation
    {
        public ReadOnlyMemory<byte> EncapsulationKey { get; } = Enumerable.Repeat(byte.MaxValue, KemSizes.EncapsulationKey).ToArray();

        public ValueTask<IDecapsulation> CreateAsync(CancellationToken ct) => new(this);

        public ValueTask<Encapsulated?> TryEncapsulateAsync(ReadOnlyMemory<byte> encapsulationKey, CancellationToken ct) => default;

        public ValueTask<byte[]?> TryDecapsulateAsync(ReadOnlyMemory<byte> ciphertext, CancellationToken ct) => default;

        public void Dispose()
        {
        }
    }
}
