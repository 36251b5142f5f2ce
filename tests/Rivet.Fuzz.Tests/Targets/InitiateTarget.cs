using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>
/// A server's first state. Input: a byte that chooses pattern and cipher, a byte that chooses the way, then the body of an initiate, or a
/// payload that is laid into an honest one, or a prefix with an honest message behind it.
/// </summary>
internal static class InitiateTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var (pattern, suite) = Ends.Choose(input[0]);
        var rest = input[2..].ToArray();
        var prefix = input[1] % 3 == 2 ? rest : Ends.PrefixOf(pattern, suite).ToByteArray();
        using var initiator = Ends.Noise(isInitiator: true, pattern, suite, prefix);
        var payload = input[1] % 3 == 1 ? rest : Ends.Offer(pattern).ToByteArray();
        if (payload.Length > 32 * 1024)
        {
            return;
        }

        var honest = new Initiate { Prefix = ByteString.CopyFrom(prefix), Noise = ByteString.CopyFrom(Promise.Now(initiator.WriteAsync(payload, default))) };
        var body = input[1] % 3 == 0 ? rest : honest.ToByteArray();

        var first = Promise.Now(new AwaitingInitiate(Ends.Server, Ends.Primitives).AnswerAsync(body, default));
        var again = Promise.Now(new AwaitingInitiate(Ends.Server, Ends.Primitives).AnswerAsync(body, default));
        var agreed = first.TryGet(out var responded, out var refusal);
        Promise.Holds(agreed == again.TryGet(out var second, out var refusedAgain), "the same bytes are judged alike");
        using (responded)
        using (second)
        {
            if (!agreed)
            {
                Promise.Holds(refusal == refusedAgain && refusal is AgreementRefusal.Malformed or AgreementRefusal.Version or AgreementRefusal.Unproven, "a refusal is one of §5.5");
                return;
            }

            Promise.Holds(responded!.Respond.Length is > 0 and <= 4096 - 12, "a respond fits into a frame in clear");
            if (input[1] % 3 == 0)
            {
                return;
            }

            var read = Promise.Now(initiator.ReadAsync(responded.Respond, default));
            if (Names(prefix, pattern, suite))
            {
                AgreesWithTheRules(read, payload, pattern);
            }
            else
            {
                Promise.Holds(read is null, "a respond in another pattern, cipher or binding than the client's does not open there");
            }
        }
    }

    /// <summary>Whether a prefix says what its sender does: a first contact's first message is in clear, so it reads alike in any cipher.</summary>
    private static bool Names(byte[] prefix, LinkPattern pattern, AeadSuite suite)
    {
        var (said, own) = (Prefix.Parser.ParseFrom(prefix), Ends.PrefixOf(pattern, suite));
        return said.Pattern == own.Pattern && said.Cipher == own.Cipher && said.Binding == own.Binding;
    }

    private static void AgreesWithTheRules(byte[]? read, byte[] payload, LinkPattern pattern)
    {
        Promise.Holds(read is not null, "the respond opens at the client that sent the initiate");
        var (answer, offer) = (ServerAnswer.Parser.ParseFrom(read), ClientOffer.Parser.ParseFrom(payload));
        Promise.Holds(offer.Versions.Contains(2u) && offer.Versions.Count <= 16 && offer.Features.Count <= 32, "an offer outside §4 is refused");
        Promise.Holds(offer.Features.Order(StringComparer.Ordinal).Distinct().SequenceEqual(offer.Features), "features are sorted, without doubles");
        Promise.Holds(answer.Version == offer.Versions.First(version => version is 1 or 2), "the version is the first of the client's that the server has");
        Promise.Holds(answer.ChosenFeatures.SequenceEqual(offer.Features.Where(feature => feature is "a" or "c")), "the features are those both have");
        Promise.Holds(pattern == LinkPattern.FirstContact == answer.Keys is not null, "keys stand in the answer to a first contact only");
        Promise.Holds(
            pattern != LinkPattern.KnownServer
            || AreDevices(DeviceStatement.Parser.ParseFrom(offer.Statement).Keys), "nobody's keys but the device's hold here");
    }

    /// <summary>Beside fields that nobody knows, which go no further.</summary>
    private static bool AreDevices(KeyBundle keys)
        => StaticKeys.Bundle(keys.IdentityKey.Span, keys.StaticKey.Span, keys.StaticSignature.Span).Equals(Ends.Statement.Keys);

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds()
    {
        foreach (byte choice in (byte[])[0, 0x82, 2])
        {
            var (pattern, suite) = Ends.Choose(choice);
            var prefix = Ends.PrefixOf(pattern, suite).ToByteArray();
            using var noise = Ends.Noise(isInitiator: true, pattern, suite, prefix);
            var message = Promise.Now(noise.WriteAsync(Ends.Offer(pattern).ToByteArray(), default));
            var body = new Initiate { Prefix = ByteString.CopyFrom(prefix), Noise = ByteString.CopyFrom(message) };
            yield return ($"{pattern}-body", [choice, 0, .. body.ToByteArray()]);
            yield return ($"{pattern}-payload", [choice, 1, .. Ends.Offer(pattern).ToByteArray()]);
            yield return ($"{pattern}-prefix", [choice, 2, .. prefix]);
        }
    }
}
