using CsCheck;
using Google.Protobuf;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Handshake;

public sealed class HandshakeTests
{
    private const string ClientUnproven = "client Unproven";
    private const string ServerUnproven = "server Unproven";

    [Theory]
    [InlineData(true, true, "tls-exporter")]
    [InlineData(true, false, "tls-server-end-point")]
    [InlineData(false, true, "tls-server-end-point")]
    [InlineData(false, false, "tls-server-end-point")]
    public async Task SignIn_Honest_ProvesBothOverTheBestCommonBinding(bool clientExports, bool serverExports, string binding)
    {
        using var stage = new Stage();
        stage.ClientChannel = new(clientExports ? Stage.Exported : null, Stage.Certificate);
        stage.ServerChannel = new(serverExports ? Stage.Exported : null, Stage.Certificate);

        var device = (await stage.PlayAsync()).Value;

        Assert.Equal(stage.Device.PublicKey.ToArray(), device.Keys.IdentityKey.ToByteArray());
        Assert.Null(device.Join);
        var offer = ServerOffer.Parser.ParseFrom(Challenge.Parser.ParseFrom(stage.Said[1].Bytes).Offer);
        Assert.Equal(binding, offer.Binding);
    }

    [Fact]
    public async Task SignIn_Join_CarriesWhatTheDeviceSaid()
    {
        using var stage = new Stage { Join = new Join { Code = ByteString.CopyFrom(new byte[16]), PersonName = "林", CompanyName = "Kite" } };
        Assert.Equal(stage.Join, (await stage.PlayAsync()).Value.Join);
    }

    [Fact]
    public async Task SignIn_FieldsOfALaterVersion_SurviveAndAreSigned()
    {
        using var stage = new Stage();
        byte[] unknown = [0xf8, 0x3f, 0x2a]; // field 1023, varint 42
        stage.OnHello = hello => [.. hello, .. unknown];
        Assert.Equal(ClientUnproven, (await stage.PlayAsync()).Refusal); // The client did not say it: it is part of what is signed.

        var parsed = Hello.Parser.ParseFrom([.. stage.Said[0].Bytes]);
        Assert.Equal(stage.Said[0].Bytes, parsed.ToByteArray());
    }

    [Fact]
    public async Task SignIn_HelloWithAnUnknownVersionFirst_ChoosesTheCommonOne()
    {
        using var stage = new Stage();
        var later = new Hello { Versions = { 9, 1 }, Features = { "a-new-one", "tls-exporter" }, Nonce = ByteString.CopyFrom(Stage.ClientNonce) };
        var answer = await new AwaitingHello(stage.ServerChannel).AnswerAsync(
            later.ToByteArray(), Stage.Bundle(stage.Server, Stage.ServerStatic), Stage.ServerNonce, stage.Server, TestContext.Current.CancellationToken);
        var offer = ServerOffer.Parser.ParseFrom(Challenge.Parser.ParseFrom(answer.Value.Challenge.Span).Offer);
        Assert.Equal(1u, offer.Version);
        Assert.Equal(["tls-exporter"], offer.ChosenFeatures);
    }

    [Fact]
    public async Task SignIn_AnyBitOfAnyMessageFlipped_IsRefused()
    {
        using var honest = new Stage();
        await honest.PlayAsync();
        var lengths = honest.Said.Select(said => said.Bytes.Length).ToArray();
        var positions = from message in Gen.Int[0, 2] from bit in Gen.Int[0, (lengths[message] * 8) - 1] select (message, bit);
        await positions.SampleAsync(async position =>
        {
            using var stage = new Stage();
            byte[] Flip(byte[] bytes)
            {
                bytes[position.bit / 8] ^= (byte)(1 << (position.bit % 8));
                return bytes;
            }

            switch (position.message)
            {
                case 0: stage.OnHello = Flip; break;
                case 1: stage.OnChallenge = Flip; break;
                default: stage.OnProof = Flip; break;
            }

            return !(await stage.PlayAsync()).IsOk;
        });
    }

    [Fact]
    public async Task SignIn_RandomBytesInsteadOfAMessage_AreRefusedWithoutException()
        => await Gen.Select(Gen.Int[0, 2], Gen.Byte.Array[0, 300]).SampleAsync(async (message, bytes) =>
        {
            using var stage = new Stage();
            switch (message)
            {
                case 0: stage.OnHello = _ => bytes; break;
                case 1: stage.OnChallenge = _ => bytes; break;
                default: stage.OnProof = _ => bytes; break;
            }

            return !(await stage.PlayAsync()).IsOk;
        });

    [Theory]
    [InlineData("version")]
    [InlineData("versions")]
    [InlineData("features")]
    [InlineData("chosen")]
    [InlineData("binding")]
    [InlineData("identity")]
    [InlineData("static")]
    [InlineData("static signature")]
    [InlineData("no keys")]
    public async Task Offer_FieldChangedAndSignedAgainByTheServerItself_IsRefused(string field)
    {
        using var stage = new Stage();
        using var other = Ed25519Key.FromSeed(Stage.DeviceSeed);
        stage.OnChallenge = challenge => Resign(stage, challenge, offer =>
        {
            switch (field)
            {
                case "version": offer.Version = 2; break;
                case "versions": offer.Versions.Clear(); offer.Versions.Add(2); break;
                case "features": offer.Features.Clear(); break;
                case "chosen": offer.ChosenFeatures.Clear(); break;
                case "binding": offer.Binding = ChannelBindings.EndPoint; break;
                case "identity": offer.Keys.IdentityKey = ByteString.CopyFrom(other.PublicKey.Span); break;
                case "static": offer.Keys.StaticKey = ByteString.CopyFrom(new byte[32]); break;
                case "static signature": offer.Keys.StaticSignature = ByteString.CopyFrom(other.Sign(SignedMessages.StaticKey(offer.Keys.StaticKey.Span))); break;
                default: offer.Keys = null; break;
            }
        });
        Assert.Equal(ClientUnproven, (await stage.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Downgrade_FeatureRemovedFromTheHello_IsRefusedByTheClient()
    {
        using var stage = new Stage();
        stage.OnHello = bytes =>
        {
            var hello = Hello.Parser.ParseFrom(bytes);
            hello.Features.Clear();
            return hello.ToByteArray();
        };
        Assert.Equal(ClientUnproven, (await stage.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Hello_NoCommonVersion_IsRefusedAsThat()
    {
        using var stage = new Stage { OnHello = static _ => new Hello { Versions = { 2, 7 }, Nonce = ByteString.CopyFrom(Stage.ClientNonce) }.ToByteArray() };
        Assert.Equal("server Version", (await stage.PlayAsync()).Refusal);
    }

    [Theory]
    [InlineData(0, 0, 32)]
    [InlineData(17, 0, 32)]
    [InlineData(1, 33, 32)]
    [InlineData(1, 0, 31)]
    [InlineData(1, 0, 0)]
    public async Task Hello_OutOfBounds_IsMalformed(int versions, int features, int nonce)
    {
        using var stage = new Stage();
        stage.OnHello = _ => new Hello
        {
            Versions = { Enumerable.Range(1, versions).Select(version => (uint)version) },
            Features = { Enumerable.Range(0, features).Select(feature => $"f{feature:d2}") },
            Nonce = ByteString.CopyFrom(new byte[nonce]),
        }.ToByteArray();
        Assert.Equal("server Malformed", (await stage.PlayAsync()).Refusal);
    }

    [Theory]
    [InlineData("B")]
    [InlineData("")]
    [InlineData("b,a")]
    [InlineData("a,a")]
    public async Task Hello_FeaturesUnsortedDoubledOrMisnamed_AreMalformed(string features)
    {
        using var stage = new Stage
        {
            OnHello = _ => new Hello { Versions = { 1 }, Features = { features.Split(',') }, Nonce = ByteString.CopyFrom(Stage.ClientNonce) }.ToByteArray(),
        };
        Assert.Equal("server Malformed", (await stage.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Server_WithAnotherKeyThanThePinned_IsRefused()
    {
        using var stage = new Stage();
        using var expected = Ed25519Key.Create();
        stage.Pinned = expected.PublicKey;
        Assert.Equal(ClientUnproven, (await stage.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Channel_OfAnotherConnection_IsRefusedByTheClient()
    {
        using var stage = new Stage { ServerChannel = new(new byte[32], Stage.Certificate) };
        Assert.Equal(ClientUnproven, (await stage.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Proof_MadeForAnotherConnection_IsRefusedByTheServer()
    {
        using var first = new Stage();
        await first.PlayAsync();
        using var second = new Stage { ServerChannel = new(new byte[32], Stage.Certificate), ClientChannel = new(new byte[32], Stage.Certificate) };
        second.OnProof = _ => first.Said[2].Bytes; // A replayed proof: same keys, same nonces, another channel.
        Assert.Equal(ServerUnproven, (await second.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Proof_OfAnotherKeyThanStated_IsRefused()
    {
        using var stage = new Stage();
        using var thief = Ed25519Key.Create();
        stage.OnProof = bytes =>
        {
            var proof = Proof.Parser.ParseFrom(bytes);
            proof.Signature = ByteString.CopyFrom(thief.Sign(proof.Statement.Span));
            return proof.ToByteArray();
        };
        Assert.Equal(ServerUnproven, (await stage.PlayAsync()).Refusal);
    }

    [Fact]
    public async Task Proof_WithoutPurpose_IsRefused()
    {
        using var stage = new Stage();
        stage.OnProof = bytes =>
        {
            var proof = Proof.Parser.ParseFrom(bytes);
            var statement = DeviceStatement.Parser.ParseFrom(proof.Statement);
            statement.ClearPurpose();
            proof.Statement = statement.ToByteString();
            return proof.ToByteArray();
        };
        Assert.Equal(ServerUnproven, (await stage.PlayAsync()).Refusal);
    }

    private static byte[] Resign(Stage stage, byte[] challenge, Action<ServerOffer> change)
    {
        var parsed = Challenge.Parser.ParseFrom(challenge);
        var offer = ServerOffer.Parser.ParseFrom(parsed.Offer);
        change(offer);
        parsed.Offer = offer.ToByteString();
        var binding = new ChannelBinding(ChannelBindings.Exporter, Stage.Exported);
        parsed.Signature = ByteString.CopyFrom(stage.Server.Sign(SignedMessages.Server(binding, stage.Said[0].Bytes, parsed.Offer.Span)));
        return parsed.ToByteArray();
    }
}
