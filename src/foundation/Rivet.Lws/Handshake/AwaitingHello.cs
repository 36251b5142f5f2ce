using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Lws.Handshake;

/// <summary>The server's first state: a TLS connection that has said nothing yet.</summary>
/// <param name="bindings">What this end can compute for its TLS connection.</param>
public sealed class AwaitingHello(ChannelBindings bindings)
{
    /// <summary>Answers a hello.</summary>
    /// <param name="hello">The body of the hello frame.</param>
    /// <param name="keys">The server's public keys.</param>
    /// <param name="nonce"><see cref="LwsConstants.NonceSize"/> fresh random bytes.</param>
    /// <param name="signer">Signs with the server's identity key.</param>
    /// <param name="ct">Ends the attempt.</param>
    public async ValueTask<Result<AwaitingProof, HandshakeRefusal>> AnswerAsync(
        ReadOnlyMemory<byte> hello, KeyBundle keys, ReadOnlyMemory<byte> nonce, ISigner signer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, LwsConstants.NonceSize);
        if (!Protobuf.TryParse(Hello.Parser, hello, out var received)
            || !Offer.IsWellFormed(received.Versions, received.Features)
            || received.Nonce.Length != LwsConstants.NonceSize)
        {
            return HandshakeRefusal.Malformed;
        }

        var (versions, features) = Offer.Own(bindings);
        var version = Offer.ChooseVersion(received.Versions, versions);
        if (version == 0)
        {
            return HandshakeRefusal.Version;
        }

        var chosen = Offer.ChooseFeatures(received.Features, features);
        if (bindings.Choose(chosen) is not { } binding)
        {
            return HandshakeRefusal.Unavailable;
        }

        var offer = new ServerOffer
        {
            Versions = { versions },
            Features = { features },
            Version = version,
            ChosenFeatures = { chosen },
            Nonce = ByteString.CopyFrom(nonce.Span),
            Keys = keys,
            Binding = binding.Kind,
        }.ToByteArray();

        var helloBody = hello.ToArray();
        var signature = await signer.SignAsync(SignedMessages.Server(binding, helloBody, offer), ct);
        if (signature is null)
        {
            return HandshakeRefusal.Unavailable;
        }

        var challenge = new Challenge { Offer = UnsafeByteOperations.UnsafeWrap(offer), Signature = UnsafeByteOperations.UnsafeWrap(signature) };
        return new AwaitingProof(binding, helloBody, challenge.ToByteArray());
    }
}
