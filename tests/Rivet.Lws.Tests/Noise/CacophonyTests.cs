using System.Text.Json;
using Rivet.Lws.Noise;
using Rivet.Testing;

namespace Rivet.Lws.Tests.Noise;

/// <summary>The published vectors of every pattern, over X25519 and SHA-256 with both ciphers.</summary>
public sealed class CacophonyTests
{
    [Fact]
    public async Task Vectors_PlayedFromBothSides_AreReproduced()
    {
        var vectors = Read();
        foreach (var vector in vectors)
        {
            var played = await VectorPlayer.PlayAsync(vector);

            Assert.Equal(vector.Messages, played.Messages);
            Assert.Equal(vector.HandshakeHash, played.HandshakeHash);
        }

        Assert.Equal(118, vectors.Length);
        Assert.Equal(59, vectors.Select(vector => vector.Protocol.Pattern.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vectors_PlayedAgainstTheRecord_AreReproduced(bool initiator)
    {
        var vectors = Read();
        foreach (var vector in vectors)
        {
            using var side = vector.Open(initiator);
            for (var turn = 0; turn < vector.Protocol.Pattern.Messages.Length; turn++)
            {
                var (payload, ciphertext) = vector.Messages[turn];
                var (given, expected) = (turn % 2 == 0) == initiator
                    ? (await side.WriteAsync(Convert.FromHexString(payload), CancellationToken.None), ciphertext)
                    : (await side.ReadAsync(Convert.FromHexString(ciphertext), CancellationToken.None), payload);
                Assert.Equal(expected, VectorPlayer.Hex(given));
            }

            using var keys = side.Split();
            Assert.Equal(vector.HandshakeHash, VectorPlayer.Hex(keys.HandshakeHash.ToArray()));
        }

        Assert.NotEmpty(vectors);
    }

    private static NoiseVector[] Read()
    {
        using var file = File.OpenRead(Fixtures.Require(Path.Combine("noise", "cacophony.json")));
        return [.. JsonDocument.Parse(file).RootElement.GetProperty("vectors").EnumerateArray()
            .Where(vector => NoiseProtocol.TryParse(vector.GetProperty("protocol_name").GetString()!, out _))
            .Select(vector => vector.Deserialize<NoiseVector>(NoiseVector.Json)!)];
    }
}
