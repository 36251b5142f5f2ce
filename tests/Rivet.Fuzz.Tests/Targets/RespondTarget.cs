using Google.Protobuf;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>
/// A client that waits for the server's message. Input: a byte that chooses pattern and cipher, a byte that chooses the way, then the body
/// of a respond, or a payload that the real server's keys seal into one.
/// </summary>
internal static class RespondTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var (pattern, suite) = Ends.Choose(input[0]);
        Promise.Holds(Promise.Now(Initiation.StartAsync(Ends.Client(pattern, suite), Ends.Primitives, default)).TryGet(out var client, out _), "a client can begin");
        using (client)
        {
            var payload = (input[1] & 1) == 0 ? null : input[2..].ToArray();
            var honest = Respond(client, pattern, suite, payload ?? Ends.Answer(pattern).ToByteArray());
            var accepted = Promise.Now(client.AcceptAsync(payload is null ? input[2..].ToArray() : honest, default));
            if (accepted.TryGet(out var link, out var refusal))
            {
                using (link)
                {
                    Judge(link, pattern, payload);
                }
            }
            else
            {
                Promise.Holds(refusal is AgreementRefusal.Unproven or AgreementRefusal.Downgraded, $"{refusal} is no answer of a client");
            }

            var later = Promise.Now(client.AcceptAsync(honest, default));
            Promise.Holds(!later.TryGet(out _, out refusal) && refusal == AgreementRefusal.Unproven, "a client judges once; after that it is over");
        }
    }

    private static void Judge(ClientLink link, LinkPattern pattern, byte[]? payload)
    {
        Promise.Holds(link.Terms.Version == 2 && link.HighestVersion >= 2, "no version but the one begun with, and none is forgotten");
        Promise.Holds(link.Finish.IsEmpty == (pattern != LinkPattern.FirstContact), "a finish belongs to a first contact only");
        Promise.Holds(link.ServerStatic.Span.SequenceEqual(Ends.ServerStatic.PublicKey.Span), "nobody's key but the server's is kept");
        Promise.Holds(link.Terms.Features.All(feature => feature is "a" or "b"), "no feature is chosen that the client has not");
        if (payload is not null)
        {
            var answer = ServerAnswer.Parser.ParseFrom(payload);
            Promise.Holds(answer.Version == 2 && answer.Versions.Contains(2u) && answer.Versions.Count <= 16, "an answer outside §5.3 is refused");
            Promise.Holds(pattern != LinkPattern.FirstContact || answer.Keys.Equals(Ends.Server.Keys), "the keys are those of the pinned identity");
        }
    }

    private static byte[] Respond(Initiation client, LinkPattern pattern, Cryptography.AeadSuite suite, byte[] payload)
    {
        var initiate = Initiate.Parser.ParseFrom(client.Initiate.Span);
        using var responder = Ends.Noise(isInitiator: false, pattern, suite, initiate.Prefix.Span);
        Promise.Holds(Promise.Now(responder.ReadAsync(initiate.Noise.Memory, default)) is not null, "an honest initiate opens");
        return Promise.Now(responder.WriteAsync(payload, default))!;
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds()
    {
        foreach (byte choice in (byte[])[0, 0x82, 2])
        {
            var (pattern, suite) = Ends.Choose(choice);
            Promise.Holds(Promise.Now(Initiation.StartAsync(Ends.Client(pattern, suite), Ends.Primitives, default)).TryGet(out var client, out _), "a client can begin");
            using (client)
            {
                var answer = Ends.Answer(pattern).ToByteArray();
                yield return ($"{pattern}-body", [choice, 0, .. Respond(client, pattern, suite, answer)]);
                yield return ($"{pattern}-payload", [choice, 1, .. answer]);
            }
        }
    }
}
