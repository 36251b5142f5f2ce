using System.Collections.Immutable;
using Rivet.Cryptography;

namespace Rivet.Lws.Noise;

/// <summary>ReadMessage of Noise revision 34 §5.3; whatever the bytes are, it does not throw.</summary>
internal static class MessageReader
{
    public static async ValueTask<byte[]?> ReadAsync(
        ImmutableArray<Token> tokens, ReadOnlyMemory<byte> message, SymmetricState symmetric, HandshakeSecrets secrets, CancellationToken ct)
    {
        if (message.Length > NoiseProtocol.MaxMessage)
        {
            return null;
        }

        foreach (var token in tokens)
        {
            var size = SizeOf(token, symmetric);
            if (message.Length < size || !await ReadAsync(token, message[..size], symmetric, secrets, ct))
            {
                return null;
            }

            message = message[size..];
        }

        return await symmetric.DecryptAndHashAsync(message);
    }

    private static int SizeOf(Token token, SymmetricState symmetric) => token switch
    {
        Token.E => KeySizes.StaticKey,
        Token.S => KeySizes.StaticKey + symmetric.Overhead,
        Token.E1 => KemSizes.EncapsulationKey + symmetric.Overhead,
        Token.Ekem1 => KemSizes.Ciphertext + symmetric.Overhead,
        _ => 0,
    };

    private static async ValueTask<bool> ReadAsync(
        Token token, ReadOnlyMemory<byte> field, SymmetricState symmetric, HandshakeSecrets secrets, CancellationToken ct)
    {
        switch (token)
        {
            case Token.E:
                secrets.Receive(field, symmetric);
                return true;
            case Token.S:
                var key = await symmetric.DecryptAndHashAsync(field);
                secrets.RemoteStatic = key;
                return key is not null;
            case Token.E1:
                var encapsulationKey = await symmetric.DecryptAndHashAsync(field);
                secrets.ReceiveEncapsulationKey(encapsulationKey ?? []);
                return encapsulationKey is not null;
            case Token.Ekem1:
                return await symmetric.DecryptAndHashAsync(field) is { } ciphertext
                    && await secrets.MixDecapsulatedAsync(ciphertext, symmetric, ct);
            case Token.Psk:
                secrets.MixPresharedKey(symmetric);
                return true;
            default:
                return await secrets.MixAgreementAsync(token, symmetric, ct);
        }
    }
}
