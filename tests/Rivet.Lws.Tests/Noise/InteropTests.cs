using System.Text.Json;
using Rivet.Cryptography;
using Rivet.Lws.Noise;
using Rivet.Testing;

namespace Rivet.Lws.Tests.Noise;

/// <summary>The hybrid handshakes against an implementation that shares no code and no library with this one.</summary>
public sealed class InteropTests
{
    public static TheoryData<string> Protocols => Pair.Protocols;

    [Fact]
    public async Task Peer_GivenOurVectors_AgreesInEveryByte()
    {
        NodePeer.Require();
        var said = await NodePeer.RunAsync("verify", Path.Combine(Fixtures.RepositoryRoot(), "vectors", "noise-hybrid.json"));

        Assert.Equal("6 vectors agree", said.Trim());
    }

    [Fact]
    public async Task Vectors_OfThePeer_AreReproduced()
    {
        NodePeer.Require();
        var vectors = HybridVectorTests.Read(await NodePeer.RunAsync("generate"));
        foreach (var vector in vectors)
        {
            Assert.Equal(Text(vector), Text(await VectorPlayer.PlayAsync(vector)));
        }

        Assert.Equal(Protocols.Select(row => row.Data).Order(), vectors.Select(vector => vector.ProtocolName).Order());

        static string Text(NoiseVector vector) => JsonSerializer.Serialize(vector, NoiseVector.Json);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Handshake_WithALivePeer_Completes(string protocol)
    {
        NodePeer.Require();
        using var peer = NodePeer.Start("respond", protocol);
        var remote = await HearAsync();
        var setup = Pair.Setup(protocol, isInitiator: true);
        using var side = new HandshakeState(setup.RemoteStatic.IsEmpty ? setup : setup with { RemoteStatic = remote }, NoiseVector.Fresh());
        for (var turn = 0; turn < setup.Protocol.Pattern.Messages.Length; turn++)
        {
            if (turn % 2 == 0)
            {
                await SayAsync((await side.WriteAsync("ping"u8.ToArray(), CancellationToken.None))!);
            }
            else
            {
                Assert.Equal("ping"u8.ToArray(), await side.ReadAsync(await HearAsync(), CancellationToken.None));
            }
        }

        using var keys = side.Split();
        Assert.Equal(keys.HandshakeHash.ToArray(), await HearAsync());
        using var sending = new CipherState(keys.Suite, keys.CreateSending());
        using var receiving = new CipherState(keys.Suite, keys.CreateReceiving());
        var (ciphertext, opened) = (new byte[5 + AeadSizes.Tag], new byte[5]);
        await sending.SealAsync(default, "there"u8.ToArray(), ciphertext);
        await SayAsync(ciphertext);
        Assert.True(await receiving.OpenAsync(default, await HearAsync(), opened));
        Assert.Equal("there"u8.ToArray(), opened);
        await peer.WaitForExitAsync();
        Assert.Equal(0, peer.ExitCode);

        async Task<byte[]> HearAsync()
        {
            var line = await peer.StandardOutput.ReadLineAsync();
            Assert.NotNull(line);
            return Convert.FromHexString(line);
        }

        async Task SayAsync(byte[] bytes)
        {
            await peer.StandardInput.WriteLineAsync(VectorPlayer.Hex(bytes));
            await peer.StandardInput.FlushAsync();
        }
    }
}
