using System.Collections.Immutable;
using Rivet.Cryptography;

namespace Rivet.Lws.Noise;

/// <summary>One side of one handshake (Noise revision 34 §5.3), with the tokens of hybrid forward secrecy.</summary>
/// <remarks>
/// <para>The rules, complete; h, ck, k, n and the functions are those of Noise §5.2, HASH is SHA-256, DH is X25519.</para>
/// <list type="number">
/// <item>Begin: <c>h = ck = </c> the protocol's name, padded with zeros to 32 bytes, or its hash when longer; MixHash(prologue);
/// MixHash of the static keys known beforehand, the initiator's before the responder's. A hybrid protocol's name says
/// <c>25519+MLKEM768</c> where others say <c>25519</c>.</item>
/// <item>Messages alternate, the initiator's first. A message is its tokens in order, then its payload through
/// EncryptAndHash; it has at most 65,535 bytes.</item>
/// <item><c>e</c>: a fresh X25519 key, 32 bytes in clear; MixHash; in a pattern with <c>psk</c> also MixKey of the same bytes.</item>
/// <item><c>s</c>: the static key through EncryptAndHash, 32 bytes or 48.</item>
/// <item><c>ee es se ss</c>: MixKey(DH); the first letter is the initiator's key, the second the responder's. A result of
/// zeros (RFC 7748 §6.1) ends the handshake.</item>
/// <item><c>psk</c>: MixKeyAndHash of the 32-byte pre-shared key.</item>
/// <item><c>e1</c>: a fresh ML-KEM-768 encapsulation key through EncryptAndHash, 1,184 bytes or 1,200. One key a handshake,
/// the initiator's. Its receiver checks it after FIPS 203 §7.2 when it encapsulates.</item>
/// <item><c>ekem1</c>: the sender encapsulates to the received <c>e1</c>; the ciphertext goes through EncryptAndHash, 1,088 bytes
/// or 1,104; then, on both sides, MixKey of the 32-byte shared secret. As <c>ekem1</c> follows <c>ee</c>, the ciphertext is always
/// encrypted.</item>
/// <item>End: after the last message, Split gives the initiator's sending key and the responder's, and h is the channel
/// binding.</item>
/// </list>
/// <para>Anything that fails, whatever the reason, gives null and ends the handshake: its secrets are zeroed and every later
/// call gives null. Calling out of turn is a bug: it ends the handshake too, and throws. One call at a time.</para>
/// </remarks>
internal sealed class HandshakeState : IDisposable
{
    private readonly HandshakeSetup setup;
    private readonly SymmetricState symmetric;
    private readonly HandshakeSecrets secrets;
    private int turn;
    private bool ended;

    public HandshakeState(HandshakeSetup setup, NoisePrimitives primitives)
    {
        this.setup = setup;
        secrets = new HandshakeSecrets(setup, primitives);
        symmetric = new SymmetricState(setup.Protocol, primitives.Aeads);
        symmetric.MixHash(setup.Prologue.Span);
        if (Pattern.InitiatorKnown)
        {
            symmetric.MixHash((setup.IsInitiator ? setup.Static!.PublicKey : setup.RemoteStatic).Span);
        }

        if (Pattern.ResponderKnown)
        {
            symmetric.MixHash((setup.IsInitiator ? setup.RemoteStatic : setup.Static!.PublicKey).Span);
        }
    }

    /// <summary>The peer's static key, 32 bytes, known beforehand or received; empty before that and for patterns without.
    /// It is proven only by the message that holds the Diffie-Hellman with it.</summary>
    public ReadOnlyMemory<byte> RemoteStatic => secrets.RemoteStatic;

    /// <summary>Whether every message was written and read: <see cref="Split"/> is next.</summary>
    public bool IsComplete => !ended && turn == Pattern.Messages.Length;

    /// <summary>Whether something failed, or the keys were taken: nothing comes from this state any more.</summary>
    public bool IsEnded => ended;

    private HandshakePattern Pattern => setup.Protocol.Pattern;

    /// <summary>
    /// Writes this side's next message. Null, and the end, when a key's holder cannot answer or a key the peer sent is
    /// no usable one.
    /// </summary>
    public ValueTask<byte[]?> WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken ct)
        => PlayAsync(writing: true, tokens => MessageWriter.WriteAsync(tokens, payload, symmetric, secrets, ct));

    /// <summary>Reads the peer's next message and gives its payload. Null, and the end, when it is not exactly right.</summary>
    public ValueTask<byte[]?> ReadAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
        => PlayAsync(writing: false, tokens => MessageReader.ReadAsync(tokens, message, symmetric, secrets, ct));

    /// <summary>The keys of the transport, after the last message and once; ends this state, which holds no secret then.</summary>
    public TransportKeys Split()
    {
        if (!IsComplete)
        {
            throw new InvalidOperationException("The handshake has not been completed.");
        }

        var (fromInitiator, fromResponder) = symmetric.Split();
        var (sending, receiving) = setup.IsInitiator ? (fromInitiator, fromResponder) : (fromResponder, fromInitiator);
        var keys = new TransportKeys(setup.Protocol.Suite, secrets.Primitives.Aeads, sending, receiving, symmetric.CopyHash());
        Dispose();
        return keys;
    }

    /// <summary>Zeroes what is secret.</summary>
    public void Dispose()
    {
        ended = true;
        symmetric.Dispose();
        secrets.Dispose();
    }

    /// <summary>Never the secrets.</summary>
    public override string ToString() => "[redacted]";

    private async ValueTask<byte[]?> PlayAsync(bool writing, Func<ImmutableArray<Token>, ValueTask<byte[]?>> play)
    {
        if (ended)
        {
            return null;
        }

        var played = false;
        try
        {
            if (turn == Pattern.Messages.Length || writing != ((turn % 2 == 0) == setup.IsInitiator))
            {
                throw new InvalidOperationException("It is not this side's turn.");
            }

            var result = await play(Pattern.Messages[turn]);
            turn++;
            played = result is not null;
            return result;
        }
        finally
        {
            if (!played)
            {
                Dispose();
            }
        }
    }
}
