using System.Buffers;
using System.Collections.Immutable;

namespace Rivet.Lws.Noise;

/// <summary>WriteMessage of Noise revision 34 §5.3.</summary>
internal static class MessageWriter
{
    public static async ValueTask<byte[]?> WriteAsync(
        ImmutableArray<Token> tokens, ReadOnlyMemory<byte> payload, SymmetricState symmetric, HandshakeSecrets secrets, CancellationToken ct)
    {
        var message = new ArrayBufferWriter<byte>();
        foreach (var token in tokens)
        {
            if (!await WriteAsync(token, message, symmetric, secrets, ct))
            {
                return null;
            }
        }

        if (message.WrittenCount + payload.Length + symmetric.Overhead > NoiseProtocol.MaxMessage)
        {
            throw new ArgumentException("The payload does not fit into a message.", nameof(payload));
        }

        await AppendAsync(payload, message, symmetric);
        return message.WrittenSpan.ToArray();
    }

    private static async ValueTask<bool> WriteAsync(
        Token token, ArrayBufferWriter<byte> message, SymmetricState symmetric, HandshakeSecrets secrets, CancellationToken ct)
    {
        switch (token)
        {
            case Token.E:
                var ephemeral = await secrets.CreateEphemeralAsync(ct);
                message.Write(ephemeral.Span);
                secrets.MixEphemeral(ephemeral, symmetric);
                return true;
            case Token.S:
                await AppendAsync(secrets.OwnStatic, message, symmetric);
                return true;
            case Token.E1:
                await AppendAsync(await secrets.CreateEncapsulationKeyAsync(ct), message, symmetric);
                return true;
            case Token.Ekem1:
                if (await secrets.TryEncapsulateAsync(ct) is not { } encapsulated)
                {
                    return false;
                }

                await AppendAsync(encapsulated.Ciphertext, message, symmetric);
                return HandshakeSecrets.MixAndZero(encapsulated.SharedSecret, symmetric);
            case Token.Psk:
                secrets.MixPresharedKey(symmetric);
                return true;
            default:
                return await secrets.MixAgreementAsync(token, symmetric, ct);
        }
    }

    private static async ValueTask AppendAsync(ReadOnlyMemory<byte> plaintext, ArrayBufferWriter<byte> message, SymmetricState symmetric)
    {
        var size = plaintext.Length + symmetric.Overhead;
        await symmetric.EncryptAndHashAsync(plaintext, message.GetMemory(Math.Max(1, size))[..size]);
        message.Advance(size);
    }
}
