using System.Text.Json.Nodes;
using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Agreement;
using Rivet.Lws.Noise;
using Rivet.Lws.Tests.Noise;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Vectors;

/// <summary>Whole handshakes with every key and random value known, their real prologues and payloads (docs/protocol/lws.md §5).</summary>
public sealed class HandshakeVectorTests
{
    private const string Name = "handshake";
    private static readonly byte[] Exported = [.. Enumerable.Repeat((byte)0x77, 32)];

    public static TheoryData<string> Cases => [.. VectorFile.Read(Name).Select(each => each.Name)];

    [Fact]
    public async Task File_MadeAnew_IsTheSame()
    {
        var cases = new List<JsonObject>();
        foreach (var pattern in (LinkPattern[])[LinkPattern.KnownServer, LinkPattern.FirstContact, LinkPattern.Resumption])
        {
            foreach (var cipher in (LinkCipher[])[LinkCipher.Aes256Gcm, LinkCipher.Chacha20Poly1305])
            {
                var made = await MakeAsync(pattern, cipher);
                cases.Add(made);
                cases.AddRange(Spoil(made));
            }
        }

        VectorFile.Compare(Name, "docs/protocol/lws.md §5", cases);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Case_ComesOutAsItSays(string name)
    {
        var vector = VectorFile.Find(Name, name);
        var played = await PlayAsync(vector, [.. vector["messages"]!.AsArray().Select(message => VectorFile.Bytes(message!["payload"]))]);

        Assert.Equal(VectorFile.IsAccepted(vector), played is not null && JsonNode.DeepEquals(played["messages"], vector["messages"])
            && JsonNode.DeepEquals(played["hash"], vector["hash"]) && JsonNode.DeepEquals(played["keys"], vector["keys"]));
    }

    private static async Task<JsonObject> MakeAsync(LinkPattern pattern, LinkCipher cipher)
    {
        using var serverIdentity = Ed25519Key.FromSeed(VectorFile.Run(0x11, 32));
        using var deviceIdentity = Ed25519Key.FromSeed(VectorFile.Run(0x91, 32));
        using var serverStatic = X25519Key.FromPrivateKey(VectorFile.Run(0x21, 32));
        using var deviceStatic = X25519Key.FromPrivateKey(VectorFile.Run(0x01, 32));
        var isResumption = pattern == LinkPattern.Resumption;
        var prefix = new Prefix
        {
            Version = LwsConstants.Version,
            Pattern = pattern,
            Cipher = cipher,
            Binding = LinkBinding.TlsExporter,
            Ticket = isResumption ? ByteString.CopyFrom(VectorFile.Run(0xe0, 16)) : ByteString.Empty,
        }.ToByteArray();
        var statement = new DeviceStatement { Keys = Bundle(deviceIdentity, deviceStatic), SignIn = new SignIn() }.ToByteString();
        var offer = new ClientOffer { Versions = { LwsConstants.Version }, Statement = pattern == LinkPattern.KnownServer ? statement : ByteString.Empty };
        var answer = new ServerAnswer
        {
            Versions = { LwsConstants.Version },
            Version = LwsConstants.Version,
            Keys = pattern == LinkPattern.FirstContact ? Bundle(serverIdentity, serverStatic) : null,
        };
        byte[][] payloads = [offer.ToByteArray(), answer.ToByteArray(), .. pattern == LinkPattern.FirstContact ? (byte[][])[statement.ToByteArray()] : []];
        var client = new JsonObject { ["ephemeral"] = Hex(0x30, 32), ["kemSeed"] = Hex(0x70, 64) };
        var server = new JsonObject { ["ephemeral"] = Hex(0x50, 32), ["kemRandom"] = Hex(0xb0, 32) };
        foreach (var (side, key, value) in (IEnumerable<(JsonObject, string, string)>)(isResumption
            ? [(client, "psk", Hex(0xc0, 32)), (server, "psk", Hex(0xc0, 32))]
            : [(client, "static", Hex(0x01, 32)), (server, "static", Hex(0x21, 32))]))
        {
            side[key] = value;
        }

        var vector = VectorFile.Case(
            $"{Noise(pattern)}, {Cipher(cipher)}", "§5.1, §5.2, §5.3", accept: true,
            ("pattern", Noise(pattern)), ("cipher", Cipher(cipher)), ("prefix", VectorFile.Hex(prefix)), ("binding", VectorFile.Hex(Exported)),
            ("prologue", VectorFile.Hex(Prologue.Of(prefix, Exported))), ("client", client), ("server", server));
        var played = (await PlayAsync(vector, payloads))!;
        foreach (var field in (string[])["messages", "hash", "keys"])
        {
            vector[field] = played[field]!.DeepClone();
        }

        return vector;
    }

    /// <summary>What must not come out: the first and the last byte of each message changed, and another channel's prologue.</summary>
    private static IEnumerable<JsonObject> Spoil(JsonObject good)
    {
        for (var number = 0; number < good["messages"]!.AsArray().Count; number++)
        {
            foreach (var last in (bool[])[false, true])
            {
                var bad = Refused(good, $"message {number + 1}, its {(last ? "last" : "first")} byte changed");
                var message = VectorFile.Bytes(bad["messages"]![number]!["message"]);
                message[last ? ^1 : 0] ^= 1;
                bad["messages"]![number]!["message"] = VectorFile.Hex(message);
                yield return bad;
            }
        }

        var elsewhere = Refused(good, "the prologue of another channel");
        var prologue = VectorFile.Bytes(elsewhere["prologue"]);
        prologue[^1] ^= 1;
        elsewhere["prologue"] = VectorFile.Hex(prologue);
        yield return elsewhere;
    }

    private static JsonObject Refused(JsonObject good, string why)
    {
        var bad = good.DeepClone().AsObject();
        (bad["name"], bad["outcome"]) = ($"{good["name"]!.GetValue<string>()}: {why}", "refuse");
        return bad;
    }

    /// <summary>
    /// Both ends: each writes its own messages, and reads the vector's where it has them. Null when a message does not open.
    /// </summary>
    private static async Task<JsonObject?> PlayAsync(JsonObject vector, byte[][] payloads)
    {
        var watch = new WatchedAeads();
        using var client = Open(vector, initiator: true, watch);
        using var server = Open(vector, initiator: false, watch);
        var messages = new JsonArray();
        for (var number = 0; number < payloads.Length; number++)
        {
            var (writer, reader) = number % 2 == 0 ? (client, server) : (server, client);
            var written = await writer.WriteAsync(payloads[number], CancellationToken.None);
            var given = vector["messages"]?[number]?["message"] is { } message ? VectorFile.Bytes(message) : written!;
            if (await reader.ReadAsync(given, CancellationToken.None) is null)
            {
                return null;
            }

            messages.Add(new JsonObject { ["payload"] = VectorFile.Hex(payloads[number]), ["message"] = VectorFile.Hex(written) });
        }

        using var keys = client.Split();
        watch.Made.Clear();
        keys.CreateSending().Dispose();
        keys.CreateReceiving().Dispose();
        return new JsonObject
        {
            ["messages"] = messages,
            ["hash"] = VectorFile.Hex(keys.HandshakeHash.Span),
            ["keys"] = new JsonObject { ["client"] = VectorFile.Hex(watch.Made[0]), ["server"] = VectorFile.Hex(watch.Made[1]) },
        };
    }

    private static HandshakeState Open(JsonObject vector, bool initiator, WatchedAeads aeads)
    {
        var (own, other) = initiator ? (vector["client"]!, vector["server"]!) : (vector["server"]!, vector["client"]!);
        var name = $"Noise_{vector["pattern"]}_25519+MLKEM768_{vector["cipher"]}_SHA256";
        Assert.True(NoiseProtocol.TryParse(name, out var protocol));
        using var known = protocol.Pattern.ResponderKnown && initiator ? X25519Key.FromPrivateKey(VectorFile.Bytes(other["static"])) : null;
        var primitives = NoiseVector.Primitives(own["ephemeral"]!.GetValue<string>(), (own["kemSeed"] ?? own["kemRandom"])!.GetValue<string>());
        return new HandshakeState(
            new HandshakeSetup
            {
                Protocol = protocol,
                IsInitiator = initiator,
                Prologue = VectorFile.Bytes(vector["prologue"]),
                Static = own["static"] is { } secret ? X25519Key.FromPrivateKey(VectorFile.Bytes(secret)) : null,
                RemoteStatic = known?.PublicKey.ToArray() ?? [],
                PresharedKey = own["psk"] is { } psk ? VectorFile.Bytes(psk) : default,
            },
            primitives with { Aeads = aeads });
    }

    private static KeyBundle Bundle(Ed25519Key identity, X25519Key agreement) => StaticKeys.Bundle(
        identity.PublicKey.Span, agreement.PublicKey.Span, identity.Sign(StaticKeys.ToSign(agreement.PublicKey.Span)));

    private static string Hex(int first, int count) => VectorFile.Hex(VectorFile.Run(first, count));

    private static string Noise(LinkPattern pattern) => pattern switch
    {
        LinkPattern.KnownServer => "IKhfs",
        LinkPattern.FirstContact => "XXhfs",
        _ => "NNpsk0+hfs",
    };

    private static string Cipher(LinkCipher cipher) => cipher == LinkCipher.Aes256Gcm ? "AESGCM" : "ChaChaPoly";

    /// <summary>Sees the keys that are made.</summary>
    private sealed class WatchedAeads : IAeadFactory
    {
        private readonly LinkAeads inner = new();

        public List<byte[]> Made { get; } = [];

        public IAeadKey Create(AeadSuite suite, ReadOnlySpan<byte> key)
        {
            Made.Add(key.ToArray());
            return inner.Create(suite, key);
        }
    }
}
