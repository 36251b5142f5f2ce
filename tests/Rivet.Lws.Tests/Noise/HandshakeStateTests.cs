using Rivet.Cryptography;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

/// <summary>The order of calls, and what becomes of secrets.</summary>
public sealed class HandshakeStateTests
{
    private const string Protocol = "Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256";

    [Fact]
    public async Task Calls_OutOfTurn_ThrowAndEnd()
    {
        using var pair = new Pair(Protocol);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.Initiator.ReadAsync(new byte[2000], CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.Responder.WriteAsync(default, CancellationToken.None));
        Assert.True(pair.Initiator.IsEnded && pair.Responder.IsEnded);
        Assert.Null(await pair.Initiator.WriteAsync(default, CancellationToken.None));
    }

    [Fact]
    public async Task Calls_AfterTheLastMessage_ThrowAndEnd()
    {
        using var pair = new Pair(Protocol);
        Assert.True(await pair.RunAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.Initiator.WriteAsync(default, CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.Responder.ReadAsync(new byte[100], CancellationToken.None));
        Assert.Throws<InvalidOperationException>(pair.Initiator.Split);
        Assert.Throws<InvalidOperationException>(pair.Responder.Split);
    }

    [Fact]
    public async Task Split_BeforeTheEndOrTwice_Throws()
    {
        using var pair = new Pair(Protocol);
        Assert.Throws<InvalidOperationException>(pair.Initiator.Split);
        Assert.True(await pair.RunAsync());
        using var keys = pair.Initiator.Split();
        Assert.Throws<InvalidOperationException>(pair.Initiator.Split);
        using var sending = keys.CreateSending();
        Assert.Throws<InvalidOperationException>(keys.CreateSending);
        keys.Dispose();
        Assert.Throws<InvalidOperationException>(keys.CreateReceiving);
    }

    [Fact]
    public async Task Write_PayloadTooLarge_ThrowsAndEnds()
    {
        using var pair = new Pair(Protocol);
        await Assert.ThrowsAsync<ArgumentException>(async () => await pair.Initiator.WriteAsync(new byte[NoiseProtocol.MaxMessage], CancellationToken.None));
        Assert.True(pair.Initiator.IsEnded);
    }

    [Fact]
    public async Task Write_LargestPayload_IsReadByThePeer()
    {
        using var pair = new Pair(Protocol);
        var payload = new byte[NoiseProtocol.MaxMessage - 32 - 1200 - 48 - 16];
        var message = await pair.Initiator.WriteAsync(payload, CancellationToken.None);
        Assert.Equal(NoiseProtocol.MaxMessage, message!.Length);
        Assert.Equal(payload, await pair.Responder.ReadAsync(message, CancellationToken.None));
    }

    [Fact]
    public async Task Read_WhileTheKeyCannotAnswer_FailsAndEnds()
    {
        using var pair = new Pair(Protocol, responder: setup => setup with { Static = new WatchedKey(Pair.Server, []) { IsAway = true } });
        Assert.False(await pair.RunAsync());
        Assert.True(pair.Responder.IsEnded);
    }

    [Fact]
    public async Task Write_Cancelled_EndsTheHandshake()
    {
        using var pair = new Pair(Protocol, initiatorPrimitives: NoiseVector.Fresh() with { NewEphemeral = ct => ValueTask.FromCanceled<IKeyAgreement>(ct) });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pair.Initiator.WriteAsync(default, new CancellationToken(canceled: true)));
        Assert.True(pair.Initiator.IsEnded);
    }

    [Theory]
    [InlineData("Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256", true)]
    [InlineData("Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256", false)]
    [InlineData("Noise_NNpsk0+hfs_25519+MLKEM768_AESGCM_SHA256", false)]
    public void Setup_WithoutWhatThePatternNeeds_Throws(string protocol, bool initiator)
    {
        var setup = Pair.Setup(protocol, initiator) with { Static = null, RemoteStatic = default, PresharedKey = default };
        Assert.Throws<ArgumentException>(() => new HandshakeState(setup, NoiseVector.Fresh()));
    }

    [Fact]
    public void Setup_WithAPresharedKeyNobodyMixesIn_Throws()
    {
        var setup = Pair.Setup(Protocol, isInitiator: true) with { PresharedKey = new byte[32] };
        Assert.Throws<ArgumentException>(() => new HandshakeState(setup, NoiseVector.Fresh()));
    }

    [Fact]
    public async Task Secrets_AfterUse_AreZeroedAndKeysDisposed()
    {
        var (secrets, keys) = (new List<byte[]>(), new List<WatchedAeads.WatchedAead>());
        var fresh = NoiseVector.Fresh();
        var watched = new NoisePrimitives(
            new WatchedAeads(fresh.Aeads, keys),
            async ct => new WatchedKey(await fresh.NewEphemeral(ct), secrets),
            new WatchedKem(fresh.Kem, secrets));
        using var pair = new Pair(Protocol, initiatorPrimitives: watched, responderPrimitives: watched);
        Assert.True(await pair.RunAsync());
        pair.Initiator.Split().Dispose();
        pair.Responder.Split().Dispose();

        // ee, es of the initiator; ee, se of the responder; the encapsulated secret on both sides.
        Assert.Equal(6, secrets.Count);
        Assert.All(secrets, secret => Assert.Equal(new byte[32], secret));
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.True(key.IsDisposed));
    }

    [Fact]
    public async Task Secrets_AsText_AreRedacted()
    {
        using var pair = new Pair(Protocol);
        Assert.True(await pair.RunAsync());
        var text = pair.Initiator.ToString();
        using var keys = pair.Initiator.Split();
        Assert.All([text, keys.ToString(), Pair.Setup(Protocol, isInitiator: true).ToString()], said => Assert.Equal("[redacted]", said));
    }
}
