using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Lws.Agreement;
using Rivet.Lws.Noise;
using Rivet.Wire;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>
/// A server that answered a first contact. Input: a byte that chooses the cipher, a byte that chooses the way, then the body of a finish,
/// or a payload that is sealed into one by the device's own keys.
/// </summary>
internal static class FinishTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var suite = Ends.Choose(input[0]).Suite;
        var (server, client) = Meet(suite);
        using (server)
        using (client)
        {
            var isRaw = (input[1] & 1) == 0;
            var rest = input[2..].ToArray();
            var honest = Promise.Now(client.WriteAsync(isRaw ? Ends.Statement.ToByteArray() : rest, default))!;
            var finished = Promise.Now(server.FinishAsync(isRaw ? rest : honest, default));
            if (finished.TryGet(out var link, out var refusal))
            {
                using (link)
                {
                    Promise.Holds(link.Keys.Equals(Ends.Statement.Keys), "nobody's keys but the device's hold here");
                    Promise.Holds(link.Ticket.IsEmpty && link.Terms.Pattern == LinkPattern.FirstContact, "a finish ends a first contact");
                    Promise.Holds(
                        isRaw || DeviceStatement.Parser.ParseFrom(rest).PurposeCase != DeviceStatement.PurposeOneofCase.None, "a device says what it wants");
                }
            }
            else
            {
                Promise.Holds(refusal == AgreementRefusal.Unproven, "every failure here is alike");
            }

            var later = Promise.Now(server.FinishAsync(honest, default));
            Promise.Holds(!later.IsOk, "a server finishes once; after that it is over");
        }
    }

    private static (Responded Server, HandshakeState Client) Meet(AeadSuite suite)
    {
        var prefix = Ends.PrefixOf(LinkPattern.FirstContact, suite).ToByteArray();
        var client = Ends.Noise(isInitiator: true, LinkPattern.FirstContact, suite, prefix);
        var message = Promise.Now(client.WriteAsync(Ends.Offer(LinkPattern.FirstContact).ToByteArray(), default));
        var initiate = new Initiate { Prefix = ByteString.CopyFrom(prefix), Noise = ByteString.CopyFrom(message) };
        var answered = Promise.Now(new AwaitingInitiate(Ends.Server, Ends.Primitives).AnswerAsync(initiate.ToByteArray(), default));
        Promise.Holds(answered.TryGet(out var server, out _), "an honest initiate is answered");
        Promise.Holds(Promise.Now(client.ReadAsync(server.Respond, default)) is not null, "the answer opens");
        return (server, client);
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds()
    {
        var join = Ends.Statement;
        join.Join = new Join { Code = ByteString.CopyFrom(Ends.Ticket), PersonName = "Ada", DeviceName = "desk" };
        yield return ("sign-in", [0, 1, .. Ends.Statement.ToByteArray()]);
        yield return ("join", [0x80, 1, .. join.ToByteArray()]);
        var (server, client) = Meet(AeadSuite.Aes256Gcm);
        using (server)
        using (client)
        {
            yield return ("body", [0, 0, .. Promise.Now(client.WriteAsync(Ends.Statement.ToByteArray(), default))!]);
        }
    }
}
