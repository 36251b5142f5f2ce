using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Lws.Handshake;

/// <summary>The client's first state: it said hello and waits for a challenge.</summary>
public sealed class AwaitingChallenge
{
    private readonly ChannelBindings bindings;
    private readonly Hello hello;
    private readonly byte[] helloBody;

    private AwaitingChallenge(ChannelBindings bindings, Hello hello)
    {
        this.bindings = bindings;
        this.hello = hello;
        helloBody = hello.ToByteArray();
    }

    /// <summary>The body of the hello frame, to be sent as it is.</summary>
    public ReadOnlyMemory<byte> Hello => helloBody;

    /// <summary>Starts a sign-in.</summary>
    /// <param name="bindings">What this end can compute for its TLS connection.</param>
    /// <param name="nonce"><see cref="LwsConstants.NonceSize"/> fresh random bytes.</param>
    public static AwaitingChallenge Start(ChannelBindings bindings, ReadOnlySpan<byte> nonce)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, LwsConstants.NonceSize);
        var (versions, features) = Offer.Own(bindings);
        return new(bindings, new Hello { Versions = { versions }, Features = { features }, Nonce = ByteString.CopyFrom(nonce) });
    }

    /// <summary>Judges the challenge. The device has shown nothing of itself before this says yes.</summary>
    /// <param name="challenge">The body of the challenge frame.</param>
    /// <param name="pinned">The identity key the server must prove.</param>
    /// <param name="verifier">Verifies Ed25519.</param>
    /// <param name="ct">Ends the attempt.</param>
    public async ValueTask<Result<ServerProven, HandshakeRefusal>> AcceptAsync(
        ReadOnlyMemory<byte> challenge, ReadOnlyMemory<byte> pinned, ISignatureVerifier verifier, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        if (!Protobuf.TryParse(Challenge.Parser, challenge, out var received)
            || !Protobuf.TryParse(ServerOffer.Parser, received.Offer.Memory, out var offer)
            || !Offer.IsWellFormed(offer.Versions, offer.Features)
            || offer.Nonce.Length != LwsConstants.NonceSize)
        {
            return HandshakeRefusal.Malformed;
        }

        if (ChosenBinding(offer) is not { } binding
            || !Offer.HasSizes(offer.Keys)
            || !offer.Keys.IdentityKey.Span.SequenceEqual(pinned.Span))
        {
            return HandshakeRefusal.Unproven;
        }

        var signed = SignedMessages.Server(binding, helloBody, received.Offer.Span);
        var keySigned = SignedMessages.StaticKey(offer.Keys.StaticKey.Span);
        return await verifier.VerifyAsync(pinned, signed, received.Signature.Memory, ct)
            && await verifier.VerifyAsync(pinned, keySigned, offer.Keys.StaticSignature.Memory, ct)
            ? new ServerProven(binding, helloBody, challenge.ToArray())
            : HandshakeRefusal.Unproven;
    }

    /// <summary>The binding, if the server chose by the rule and said so.</summary>
    private ChannelBinding? ChosenBinding(ServerOffer offer)
        => offer.Version == Offer.ChooseVersion(hello.Versions, offer.Versions) && offer.Version != 0
            && offer.ChosenFeatures.SequenceEqual(Offer.ChooseFeatures(hello.Features, offer.Features))
            && bindings.Choose(offer.ChosenFeatures) is { } binding && offer.Binding == binding.Kind
            ? binding
            : null;
}
