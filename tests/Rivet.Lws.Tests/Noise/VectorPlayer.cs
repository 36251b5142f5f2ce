using Rivet.Cryptography;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

/// <summary>
/// Plays a vector: each side writes its own messages and reads the vector's. What was written is given back, so that a
/// caller compares it or keeps it.
/// </summary>
internal static class VectorPlayer
{
    public static async Task<NoiseVector> PlayAsync(NoiseVector vector)
    {
        using var initiator = vector.Open(initiator: true);
        using var responder = vector.Open(initiator: false);
        var count = vector.Protocol.Pattern.Messages.Length;
        var played = new List<NoiseVector.Message>();
        foreach (var message in vector.Messages[..count])
        {
            var (writer, reader) = played.Count % 2 == 0 ? (initiator, responder) : (responder, initiator);
            var written = await writer.WriteAsync(Convert.FromHexString(message.Payload), CancellationToken.None);
            Assert.NotNull(written);
            var read = await reader.ReadAsync(written, CancellationToken.None);
            Assert.Equal(message.Payload, Hex(read));
            played.Add(message with { Ciphertext = Hex(written) });
        }

        Assert.True(initiator.IsComplete && responder.IsComplete);
        using var left = initiator.Split();
        using var right = responder.Split();
        Assert.Equal(left.HandshakeHash.ToArray(), right.HandshakeHash.ToArray());
        using var there = new Direction(left.Suite, left.CreateSending(), right.CreateReceiving());
        using var back = new Direction(left.Suite, right.CreateSending(), left.CreateReceiving());
        var (oneWay, transport) = (count == 1, vector.Messages[count..]);
        for (var index = 0; index < transport.Length; index++)
        {
            played.Add(await (oneWay || (count + index) % 2 == 0 ? there : back).CarryAsync(transport[index]));
        }

        NoiseVector.Message[]? rekeyed = null;
        if (vector.Rekeyed is { } further)
        {
            await there.RekeyAsync();
            await back.RekeyAsync();
            rekeyed = [await there.CarryAsync(further[0]), await back.CarryAsync(further[1])];
        }

        return vector with { HandshakeHash = Hex(left.HandshakeHash.ToArray()), Messages = [.. played], Rekeyed = rekeyed };
    }

    public static string Hex(byte[]? bytes) => Convert.ToHexStringLower(bytes!);

    /// <summary>Both ends of one direction after the handshake.</summary>
    private sealed class Direction(AeadSuite suite, IAeadKey sending, IAeadKey receiving) : IDisposable
    {
        private ulong number;

        public async Task<NoiseVector.Message> CarryAsync(NoiseVector.Message message)
        {
            var payload = Convert.FromHexString(message.Payload);
            var ciphertext = new byte[payload.Length + AeadSizes.Tag];
            var opened = new byte[payload.Length];
            var nonce = new byte[AeadSizes.Nonce];
            CipherState.WriteNonce(suite, number++, nonce);
            await sending.SealAsync(nonce, default, payload, ciphertext);
            Assert.True(await receiving.OpenAsync(nonce, default, ciphertext, opened));
            Assert.Equal(payload, opened);
            return message with { Ciphertext = Hex(ciphertext) };
        }

        public async Task RekeyAsync()
        {
            sending = await NextAsync(sending);
            receiving = await NextAsync(receiving);
        }

        public void Dispose()
        {
            sending.Dispose();
            receiving.Dispose();
        }

        private async Task<IAeadKey> NextAsync(IAeadKey key)
        {
            var following = await CipherState.RekeyAsync(key);
            key.Dispose();
            return NoiseVector.Fresh().Aeads.Create(suite, following);
        }
    }
}
