using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Lws.Noise;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>The server's first state: a connection that has said nothing yet.</summary>
public sealed class AwaitingInitiate(ServerTerms terms, LinkPrimitives primitives)
{
    /// <summary>Answers a client's first message. Nothing is acted on yet: it may be a replay.</summary>
    /// <param name="initiate">The body of the initiate frame.</param>
    /// <param name="ct">Ends the attempt.</param>
    public async ValueTask<Result<Responded, AgreementRefusal>> AnswerAsync(ReadOnlyMemory<byte> initiate, CancellationToken ct)
    {
        if (!Protobuf.TryParse(Initiate.Parser, initiate, out var received)
            || !Protobuf.TryParse(Prefix.Parser, received.Prefix.Memory, out var prefix))
        {
            return AgreementRefusal.Malformed;
        }

        if (!terms.Versions.Contains(prefix.Version))
        {
            return AgreementRefusal.Version;
        }

        if (Suites.Find(prefix.Pattern, prefix.Cipher) is not { } protocol
            || (prefix.Ticket.Length != 0) != (prefix.Pattern == LinkPattern.Resumption))
        {
            return AgreementRefusal.Malformed;
        }

        var ticket = prefix.Pattern == LinkPattern.Resumption ? FindTicket(prefix.Ticket.Memory) : null;
        if (!Takes(prefix.Binding)
            || ChannelBindings.Value(terms.Bindings, prefix.Binding) is not { } binding
            || (prefix.Pattern == LinkPattern.Resumption && ticket is null))
        {
            return AgreementRefusal.Unproven;
        }

        var noise = new HandshakeState(
            new HandshakeSetup
            {
                Protocol = protocol,
                IsInitiator = false,
                Prologue = Prologue.Of(received.Prefix.Span, binding.Span),
                Static = terms.Static,
                PresharedKey = ticket?.Secret ?? default,
            },
            primitives.ForNoise());
        var answered = await AnswerAsync(noise, received, prefix, ticket, ct);
        if (!answered.IsOk)
        {
            noise.Dispose();
        }

        return answered;
    }

    private async ValueTask<Result<Responded, AgreementRefusal>> AnswerAsync(
        HandshakeState noise, Initiate received, Prefix prefix, ServerTicket? ticket, CancellationToken ct)
    {
        if (await noise.ReadAsync(received.Noise.Memory, ct) is not { } payload
            || !Protobuf.TryParse(ClientOffer.Parser, payload, out var offer)
            || !Offer.IsWellFormed(offer.Versions, offer.Features)
            || !offer.Versions.Contains(prefix.Version))
        {
            return AgreementRefusal.Unproven;
        }

        DeviceStatement? statement = null;
        if (prefix.Pattern == LinkPattern.KnownServer)
        {
            statement = await Statements.TryProveAsync(offer.Statement.Memory, noise.RemoteStatic, primitives.Verifier, ct);
            if (statement is null)
            {
                return AgreementRefusal.Unproven;
            }
        }
        else if (ticket is not null)
        {
            statement = new DeviceStatement { Keys = ticket.Device, SignIn = new SignIn() };
        }

        var answer = new ServerAnswer
        {
            Versions = { terms.Versions },
            Features = { terms.Features },
            Version = Offer.ChooseVersion(offer.Versions, terms.Versions),
            ChosenFeatures = { Offer.ChooseFeatures(offer.Features, terms.Features) },
            Keys = prefix.Pattern == LinkPattern.FirstContact ? terms.Keys : null,
        };
        return await noise.WriteAsync(answer.ToByteArray(), ct) is { } respond
            ? new Responded(noise, primitives, prefix, answer, statement, respond)
            : AgreementRefusal.Unproven;
    }

    private ServerTicket? FindTicket(ReadOnlyMemory<byte> id) => id.Length == LwsConstants.TicketIdSize ? terms.FindTicket(id) : null;

    /// <summary>An end that could bind the channel and says it cannot is refused: somebody may have talked it out of it.</summary>
    private bool Takes(LinkBinding binding) => binding != LinkBinding.Unbound || terms.TakesUnbound;
}
