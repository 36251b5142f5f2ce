using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Lws.Noise;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>The client's first state: it made its first message and waits for the server's.</summary>
public sealed class Initiation : IDisposable
{
    private readonly ClientTerms terms;
    private readonly LinkPrimitives primitives;
    private readonly Prefix prefix;
    private readonly HandshakeState noise;

    private Initiation(ClientTerms terms, LinkPrimitives primitives, Prefix prefix, HandshakeState noise, byte[] initiate)
    {
        this.terms = terms;
        this.primitives = primitives;
        this.prefix = prefix;
        this.noise = noise;
        Initiate = initiate;
    }

    /// <summary>The body of the initiate frame, to be sent as it is.</summary>
    public ReadOnlyMemory<byte> Initiate { get; }

    /// <summary>Begins a handshake, by ticket, by the known static key, or by first contact.</summary>
    public static async ValueTask<Result<Initiation, AgreementRefusal>> StartAsync(ClientTerms terms, LinkPrimitives primitives, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(primitives);
        var binding = ChannelBindings.Best(terms.Bindings);
        var prefix = new Prefix
        {
            Version = terms.Versions[0],
            Pattern = terms.Pattern,
            Cipher = Suites.CipherOf(terms.Suite),
            Binding = binding,
            Ticket = terms.Ticket is { } ticket ? ByteString.CopyFrom(ticket.Id.Span) : ByteString.Empty,
        };
        var prefixBytes = prefix.ToByteArray();
        var noise = new HandshakeState(
            new HandshakeSetup
            {
                Protocol = Suites.Find(prefix.Pattern, prefix.Cipher)!,
                IsInitiator = true,
                Prologue = Prologue.Of(prefixBytes, ChannelBindings.Value(terms.Bindings, binding)!.Value.Span),
                Static = terms.Static,
                RemoteStatic = prefix.Pattern == LinkPattern.KnownServer ? terms.ServerStatic : default,
                PresharedKey = terms.Ticket?.Secret ?? default,
            },
            primitives.ForNoise());
        var offer = new ClientOffer { Versions = { terms.Versions }, Features = { terms.Features } };
        if (prefix.Pattern == LinkPattern.KnownServer)
        {
            offer.Statement = terms.Statement.ToByteString();
        }

        if (await noise.WriteAsync(offer.ToByteArray(), ct) is not { } message)
        {
            noise.Dispose();
            return AgreementRefusal.Unavailable;
        }

        var initiate = new Initiate { Prefix = UnsafeByteOperations.UnsafeWrap(prefixBytes), Noise = UnsafeByteOperations.UnsafeWrap(message) };
        return new Initiation(terms, primitives, prefix, noise, initiate.ToByteArray());
    }

    /// <summary>
    /// Judges the server's message. With first contact the device has shown nothing of itself before this says yes.
    /// </summary>
    /// <param name="respond">The body of the respond frame.</param>
    /// <param name="ct">Ends the attempt.</param>
    public async ValueTask<Result<ClientLink, AgreementRefusal>> AcceptAsync(ReadOnlyMemory<byte> respond, CancellationToken ct)
    {
        using (this)
        {
            if (await ReadAsync(respond, ct) is not { } answer || !await IsProvenAsync(answer, terms.ServerIdentity, ct))
            {
                return AgreementRefusal.Unproven;
            }

            var refusal = Judge(answer);
            if (refusal != AgreementRefusal.None)
            {
                return refusal;
            }

            ReadOnlyMemory<byte> finish = default;
            var known = prefix.Pattern == LinkPattern.FirstContact ? noise.RemoteStatic.ToArray() : terms.ServerStatic;
            if (prefix.Pattern == LinkPattern.FirstContact)
            {
                if (await noise.WriteAsync(terms.Statement.ToByteArray(), ct) is not { } message)
                {
                    return AgreementRefusal.Unavailable;
                }

                finish = message;
            }

            var keys = noise.Split();
            return new ClientLink
            {
                Finish = finish,
                ServerStatic = known,
                HighestVersion = Math.Max(terms.HighestVersion, answer.Versions.Max()),
                Terms = new AgreedTerms
                {
                    Version = answer.Version,
                    Features = [.. answer.ChosenFeatures],
                    Pattern = prefix.Pattern,
                    Cipher = prefix.Cipher,
                    Binding = prefix.Binding,
                    HandshakeHash = keys.HandshakeHash,
                },
                Records = new RecordPair(keys, primitives),
            };
        }
    }

    /// <summary>
    /// Looks at a server whose key nobody pinned, at first contact, and ends there: gives what it says of itself once it proved that it
    /// holds the keys it names, over this very channel.
    /// </summary>
    /// <param name="respond">The body of the respond frame.</param>
    /// <param name="ct">Ends the attempt.</param>
    public async ValueTask<ServerAnswer?> LookAsync(ReadOnlyMemory<byte> respond, CancellationToken ct)
    {
        using (this)
        {
            return await ReadAsync(respond, ct) is { Keys: { } keys } answer && await IsProvenAsync(answer, keys.IdentityKey.Memory, ct)
                ? answer
                : null;
        }
    }

    /// <summary>Forgets what is secret.</summary>
    public void Dispose() => noise.Dispose();

    private async ValueTask<ServerAnswer?> ReadAsync(ReadOnlyMemory<byte> respond, CancellationToken ct)
        => await noise.ReadAsync(respond, ct) is { } payload
            && Protobuf.TryParse(ServerAnswer.Parser, payload, out var answer)
            && Offer.IsWellFormed(answer.Versions, answer.Features)
            ? answer
            : null;

    /// <summary>At first contact the static key that Noise proved must be the identity's.</summary>
    private async ValueTask<bool> IsProvenAsync(ServerAnswer answer, ReadOnlyMemory<byte> identity, CancellationToken ct)
    {
        if (prefix.Pattern != LinkPattern.FirstContact)
        {
            return true;
        }

        return Offer.HasSizes(answer.Keys)
            && answer.Keys.IdentityKey.Span.SequenceEqual(identity.Span)
            && answer.Keys.StaticKey.Span.SequenceEqual(noise.RemoteStatic.Span)
            && await primitives.Verifier.VerifyAsync(
                identity, StaticKeys.ToSign(answer.Keys.StaticKey.Span), answer.Keys.StaticSignature.Memory, ct);
    }

    /// <summary>Whether the proven server chose by the rules, and offers what it once did.</summary>
    private AgreementRefusal Judge(ServerAnswer answer)
    {
        var own = new ClientOffer { Versions = { terms.Versions }, Features = { terms.Features } };
        var version = Offer.ChooseVersion(own.Versions, answer.Versions);
        return version == 0 || answer.Version != version
                || !answer.ChosenFeatures.SequenceEqual(Offer.ChooseFeatures(own.Features, answer.Features)) ? AgreementRefusal.Unproven
            : version != prefix.Version || answer.Versions.Max() < terms.HighestVersion ? AgreementRefusal.Downgraded
            : AgreementRefusal.None;
    }
}

/// <summary>The client's last state: the server is proven, and the keys are agreed.</summary>
public sealed record ClientLink : IDisposable
{
    /// <summary>The body of the finish frame, to be sent first; empty where the pattern has none.</summary>
    public required ReadOnlyMemory<byte> Finish { get; init; }

    /// <summary>The server's static key, to be kept for the next time; empty after a resumption without.</summary>
    public required ReadOnlyMemory<byte> ServerStatic { get; init; }

    /// <summary>The highest version this server was ever seen to offer, to be kept.</summary>
    public required uint HighestVersion { get; init; }

    /// <summary>What was agreed.</summary>
    public required AgreedTerms Terms { get; init; }

    /// <summary>Seals and opens from here on.</summary>
    public required RecordPair Records { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Records.Dispose();
}
