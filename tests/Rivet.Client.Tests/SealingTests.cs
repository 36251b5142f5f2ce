using System.Net;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Rivet.Client.Home;
using Rivet.Client.Sealing;
using Rivet.Container;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.MessageKeys;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Client.Tests;

/// <summary>The company's own cipher against its vector, and the ring of keys against a key server that lies, says no, or goes.</summary>
public sealed class SealingTests : IDisposable
{
    private static readonly JsonElement Vector = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot(), "vectors/company-sealed.json"))).RootElement;
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.Parse("2026-11-29T10:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
    private readonly Ed25519Key identity = Ed25519Key.Create();
    private readonly StubServer server = new();
    private readonly LocalStore store;
    private readonly SealingParts parts;

    public SealingTests()
    {
        var place = new ContainerPlace { Home = folder["home"], KeyFolder = folder["keys"] };
        store = new LocalStore(new Native.ContainerRecords(DeviceContainer.Create(place, null, PassphraseCost.Default).Value));
        store.KeepKeyServer(new KeyServerRecord { Host = "keys.example", Port = 8446, Pin = ByteString.CopyFrom(server.Pin) });
        parts = new SealingParts { Aeads = new LinkAeads(), Handler = _ => new Borrowed(server) };
    }

    public void Dispose()
    {
        store.Dispose();
        identity.Dispose();
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Open_TheVector_GivesItsBodyAndNothingElseOpens()
    {
        server.Give(Hex("key"), Vector.GetProperty("epoch").GetUInt32());
        await using var ring = Ring();
        var place = Place();
        var opaque = new Opaque { Scheme = CompanyCipher.Scheme, KeyId = Vector.GetProperty("keyId").GetString(), Ciphertext = ByteString.CopyFrom(Hex("ciphertext")) };
        var (state, body) = await OpenAsync(ring, place, opaque);
        Assert.Equal((SealState.Opened, Vector.GetProperty("body").GetString()), (state, Convert.ToHexStringLower(body.ToByteArray())));
        Assert.Equal(("plum 李子", "ledger.txt"), (body!.Text, body.Files.Single().Name));

        SealedPlace[] others =
        [
            place with { Company = new CompanyId(Guid.NewGuid()) }, place with { Conversation = new ConversationId(Guid.NewGuid()) }, place with { Person = new PersonId(Guid.NewGuid()) },
            place with { Device = new DeviceId(Guid.NewGuid()) }, place with { MessageId = new byte[16] }, place with { Kind = 2 }, place with { Target = 4 }, place with { Emote = true },
        ];
        foreach (var other in others)
        {
            Assert.Equal(SealState.Forged, (await CompanyCipher.OpenAsync(ring, parts.Aeads, other, opaque)).State);
        }

        for (var at = 0; at < opaque.Ciphertext.Length; at++)
        {
            var bytes = opaque.Ciphertext.ToByteArray();
            bytes[at] ^= 1;
            Assert.Equal(SealState.Forged, (await CompanyCipher.OpenAsync(ring, parts.Aeads, place, new Opaque(opaque) { Ciphertext = ByteString.CopyFrom(bytes) })).State);
        }

        foreach (var length in Enumerable.Range(0, opaque.Ciphertext.Length))
        {
            Assert.Equal(SealState.Forged, (await CompanyCipher.OpenAsync(ring, parts.Aeads, place, new Opaque(opaque) { Ciphertext = ByteString.CopyFrom(opaque.Ciphertext.Span[..length]) })).State);
        }
    }

    [Fact]
    public async Task Seal_TheSameBodyTwice_OpensBothAndRepeatsNoNonce()
    {
        var id = server.Give(Hex("key"), 7);
        await using var ring = Ring();
        var place = Place();
        await ReadyAsync(ring);
        var body = new SealedBody { Text = "plum" };
        var one = await CompanyCipher.SealAsync(ring, parts.Aeads, (id, 7), place, body);
        var two = await CompanyCipher.SealAsync(ring, parts.Aeads, (id, 7), place, body);
        Assert.NotEqual(one!.Ciphertext.Span[21..33].ToArray(), two!.Ciphertext.Span[21..33].ToArray());
        Assert.All([one, two], sealedBody => Assert.Equal("plum", CompanyCipher.OpenAsync(ring, parts.Aeads, place, sealedBody).AsTask().Result.Body!.Text));
    }

    [Fact]
    public async Task FileCipher_TheVector_OpensInItsPlaceAlone()
    {
        var (company, conversation, file) = (Id<CompanyId>("company"), Id<ConversationId>("conversation"), Id<FileId>("fileId"));
        using var cipher = new FileCipher(parts.Aeads, Hex("fileKey"), company, conversation, file);
        foreach (var chunk in Vector.GetProperty("chunks").EnumerateArray())
        {
            var (index, isLast) = (chunk.GetProperty("index").GetUInt32(), chunk.GetProperty("last").GetBoolean());
            var (plaintext, sealedBytes) = (Convert.FromHexString(chunk.GetProperty("plaintext").GetString()!), Convert.FromHexString(chunk.GetProperty("sealed").GetString()!));
            Assert.Equal(sealedBytes, await cipher.SealAsync(index, isLast, plaintext));
            Assert.Equal(plaintext, await cipher.OpenAsync(index, isLast, sealedBytes));
            Assert.Null(await cipher.OpenAsync(index + 1, isLast, sealedBytes));
            Assert.Null(await cipher.OpenAsync(index, !isLast, sealedBytes));
            Assert.Null(await cipher.OpenAsync(index, isLast, sealedBytes.AsMemory(0, sealedBytes.Length - 1)));
            using var other = new FileCipher(parts.Aeads, Hex("fileKey"), company, conversation, new FileId(Guid.NewGuid()));
            Assert.Null(await other.OpenAsync(index, isLast, sealedBytes));
        }
    }

    [Fact]
    public async Task Ring_GivenAnotherKeyUnderAName_NeverUsesIt()
    {
        var id = server.Give(Hex("key"), 7);
        server.LieAbout(id, new byte[32]);
        await using var ring = Ring();
        await AfterAsync(() => Assert.False(ring.TryDerive(id, 7, [], new byte[32])), () => ring.StateOf(id) is SealState.WrongKey);
        Assert.False(ring.TryDerive(id, 7, [], new byte[32]));
        Assert.Null(ring.Current());
    }

    [Fact]
    public async Task Ring_AskedAgainAndToldNo_ClosesAtOnce()
    {
        var id = server.Give(Hex("key"), 7);
        await using var ring = Ring();
        await ReadyAsync(ring);
        var closings = ring.Closings;
        server.Error = (HttpStatusCode.Forbidden, KeyServerRefusals.Stopped);
        await AfterAsync(() => time.Advance(server.Lifetime / 2), () => ring.State is KeyServerState.Stopped);
        Assert.False(ring.TryDerive(id, 7, [], new byte[32]));
        Assert.Equal(closings + 1, ring.Closings);

        server.Error = null;
        await AfterAsync(() => time.Advance(TimeSpan.FromSeconds(31)), () => ring.Current() is not null);
        Assert.True(ring.TryDerive(id, 7, [], new byte[32]));
    }

    [Fact]
    public async Task Ring_WhoseServerIsGone_KeepsKeysForTheirTimeAndNoLonger()
    {
        var id = server.Give(Hex("key"), 7);
        await using var ring = Ring();
        await ReadyAsync(ring);
        server.IsGone = true;
        await AfterAsync(() => time.Advance(server.Lifetime / 2), () => ring.State is KeyServerState.Unreachable);
        Assert.True(ring.TryDerive(id, 7, [], new byte[32]));
        time.Advance((server.Lifetime / 2) + TimeSpan.FromSeconds(1));
        Assert.False(ring.TryDerive(id, 7, [], new byte[32]));
    }

    [Fact]
    public async Task Ring_AskingTheServer_SignsEachRequestOnceForItAlone()
    {
        server.Give(Hex("key"), 7);
        await using var ring = Ring();
        await ReadyAsync(ring);
        await AfterAsync(() => time.Advance(server.Lifetime / 2), () => server.Asks.Count > 1);
        Assert.Equal(server.Asks.Count, server.Asks.Select(ask => Convert.ToHexString(ask.Ask.Nonce.Span)).Distinct().Count());
        Assert.All(server.Asks, asked =>
        {
            Assert.True(Ed25519Key.Verify(identity.PublicKey.Span, asked.Ask.Text("POST", KeyServerApi.KeysPath, server.Pin, asked.Body), asked.Ask.Signature.Span));
            Assert.False(Ed25519Key.Verify(identity.PublicKey.Span, asked.Ask.Text("POST", KeyServerApi.KeysPath, new byte[32], asked.Body), asked.Ask.Signature.Span));
        });
    }

    private KeyRing Ring() => new(store, identity, parts, time, new Random(1));

    private async Task<(SealState State, SealedBody? Body)> OpenAsync(KeyRing ring, SealedPlace place, Opaque opaque)
    {
        while (true)
        {
            var seen = store.Bell.Count;
            if (await CompanyCipher.OpenAsync(ring, parts.Aeads, place, opaque) is { State: not SealState.Waiting } opened)
            {
                return opened;
            }

            await store.Bell.PastAsync(seen, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Does something, and waits until the ring rings with what it led to; it rings once its next step is planned, so that time may be advanced then.</summary>
    private async Task AfterAsync(Action act, Func<bool> holds)
    {
        var seen = store.Bell.Count;
        act();
        do
        {
            seen = await store.Bell.PastAsync(seen, TestContext.Current.CancellationToken);
        }
        while (!holds());
    }

    private Task ReadyAsync(KeyRing ring) => AfterAsync(() => ring.Current(), () => ring.Current() is not null);

    private static SealedPlace Place() => new()
    {
        Company = Id<CompanyId>("company"), Conversation = Id<ConversationId>("conversation"), Person = Id<PersonId>("person"), Device = Id<DeviceId>("device"),
        MessageId = Hex("messageId"), Kind = 1, Target = Vector.GetProperty("thread").GetUInt64(), Emote = false,
    };

    private static byte[] Hex(string name) => Convert.FromHexString(Vector.GetProperty(name).GetString()!);

    private static TId Id<TId>(string name)
        where TId : struct, IEntityId<TId>
        => TId.From(new Guid(Hex(name), bigEndian: true));

    /// <summary>A client disposes of its handler; the stub stays.</summary>
    private sealed class Borrowed(StubServer server) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) => server.AnswerAsync(request, ct);
    }

    /// <summary>What a key server answers, without its rules: those are tried on the real one.</summary>
    private sealed class StubServer : IDisposable
    {
        private readonly Dictionary<MessageKeyId, (uint Epoch, byte[] Secret)> keys = [];

        public byte[] Pin { get; } = [.. Enumerable.Range(1, 32).Select(one => (byte)one)];

        public TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(15);

        public (HttpStatusCode Status, string Word)? Error { get; set; }

        public bool IsGone { get; set; }

        public System.Collections.Concurrent.ConcurrentQueue<(SignedAsk Ask, byte[] Body)> Asks { get; } = [];

        public MessageKeyId Give(byte[] secret, uint epoch)
        {
            var id = MessageKeyId.Of(secret);
            keys[id] = (epoch, secret);
            return id;
        }

        public void LieAbout(MessageKeyId id, byte[] other) => keys[id] = (keys[id].Epoch, other);

        public async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken ct)
        {
            if (IsGone)
            {
                throw new HttpRequestException("gone");
            }

            var body = await request.Content!.ReadAsByteArrayAsync(ct);
            Assert.True(SignedAsk.TryParse(request.Headers.GetValues("Authorization").Single(), out var ask));
            Asks.Enqueue((ask, body));
            if (Error is { } error)
            {
                return new HttpResponseMessage(error.Status) { Content = new ByteArrayContent(KeyServerApi.Write(json => json.WriteString("error", error.Word))) };
            }

            var answer = KeyServerApi.Write(json =>
            {
                json.WriteNumber("lifetimeSeconds", (long)Lifetime.TotalSeconds);
                json.WriteString("current", keys.First().Key.ToString());
                json.WriteStartArray("keys");
                foreach (var (id, key) in keys)
                {
                    json.WriteStartObject();
                    json.WriteString("id", id.ToString());
                    json.WriteNumber("epoch", key.Epoch);
                    json.WriteBase64String("key", key.Secret);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteStartArray("destroyed");
                json.WriteEndArray();
                json.WriteStartArray("missing");
                json.WriteEndArray();
            });
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(answer) };
        }

        public void Dispose() => keys.Clear();
    }
}
