using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Rivet.Lws.Frames;
using Rivet.Lws.Tests.Handshake;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Lws.Tests;

/// <summary>
/// The wire as it is promised to others. A change here is a change of the protocol: say so in docs/protocol/lws.md, then
/// run with RIVET_UPDATE_SNAPSHOTS=1 to write the files anew.
/// </summary>
public sealed class SnapshotTests
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    [Fact]
    public void Wire_IsWhatWasPromised()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"alpn {LwsConstants.Alpn}\nversion {LwsConstants.Version}\nheader {LwsConstants.HeaderSize}\n");
        text.Append(CultureInfo.InvariantCulture, $"max-handshake-frame {LwsConstants.MaxHandshakeFrame}\nmax-frame {LwsConstants.MaxFrame}\n");
        text.Append(CultureInfo.InvariantCulture, $"max-requests {LwsConstants.MaxRequests}\nexporter {Encoding.ASCII.GetString(LwsConstants.ExporterLabel)}\n");
        foreach (var type in Enum.GetValues<FrameType>())
        {
            text.Append(CultureInfo.InvariantCulture, $"frame {(byte)type} {type}\n");
        }

        foreach (var file in new[] { LinkReflection.Descriptor, AgreementReflection.Descriptor, IdentityReflection.Descriptor, MessagingReflection.Descriptor, MethodsReflection.Descriptor })
        {
            Describe(text, file.Name, file.MessageTypes, file.EnumTypes);
        }

        Compare("tests/Rivet.Lws.Tests/wire.txt", text.ToString());
    }

    [Fact]
    public async Task Vectors_OfASignIn_AreReproduced()
    {
        using var stage = new Stage { Join = new Join { Code = ByteString.CopyFrom(new byte[16]), PersonName = "Ada", DeviceName = "laptop" } };
        Assert.True((await stage.PlayAsync()).IsOk);
        var offer = Challenge.Parser.ParseFrom(stage.Said[1].Bytes);
        var proof = Proof.Parser.ParseFrom(stage.Said[2].Bytes);
        var vector = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["section"] = "docs/protocol/lws.md §5",
            ["outcome"] = "welcome",
            ["server_identity_seed"] = Hex(Stage.ServerSeed),
            ["server_identity_key"] = Hex(stage.Server.PublicKey.Span),
            ["server_static_private"] = Hex(Stage.ServerStatic),
            ["device_identity_seed"] = Hex(Stage.DeviceSeed),
            ["device_identity_key"] = Hex(stage.Device.PublicKey.Span),
            ["device_static_private"] = Hex(Stage.DeviceStatic),
            ["binding_kind"] = "tls-exporter",
            ["binding_value"] = Hex(Stage.Exported),
            ["hello_body"] = Hex(stage.Said[0].Bytes),
            ["challenge_body"] = Hex(stage.Said[1].Bytes),
            ["server_transcript_sha256"] = Hex(Transcript(stage.Said[0].Bytes, offer.Offer.ToByteArray())),
            ["server_signature"] = Hex(offer.Signature.Span),
            ["proof_body"] = Hex(stage.Said[2].Bytes),
            ["device_transcript_sha256"] = Hex(Transcript(stage.Said[0].Bytes, stage.Said[1].Bytes, proof.Statement.ToByteArray())),
            ["device_signature"] = Hex(proof.Signature.Span),
        };
        Compare("vectors/lws-v1.json", JsonSerializer.Serialize(vector, Json) + "\n");
    }

    /// <summary>Written out apart from the code under test, by the words of the specification.</summary>
    private static byte[] Transcript(params byte[][] messages)
    {
        using var parts = new MemoryStream();
        foreach (var part in (byte[][])["tls-exporter"u8.ToArray(), Stage.Exported, .. messages])
        {
            parts.Write([(byte)(part.Length >> 24), (byte)(part.Length >> 16), (byte)(part.Length >> 8), (byte)part.Length]);
            parts.Write(part);
        }

        return SHA256.HashData(parts.ToArray());
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static void Describe(StringBuilder text, string scope, IEnumerable<MessageDescriptor> messages, IEnumerable<EnumDescriptor> enums)
    {
        foreach (var kind in enums)
        {
            foreach (var value in kind.Values)
            {
                text.Append(CultureInfo.InvariantCulture, $"{scope} enum {kind.Name} {value.Number} {value.Name}\n");
            }
        }

        foreach (var message in messages)
        {
            foreach (var field in message.Fields.InFieldNumberOrder())
            {
                var type = field.FieldType switch
                {
                    FieldType.Message => field.MessageType.Name,
                    FieldType.Enum => field.EnumType.Name,
                    var simple => simple.ToString(),
                };
                var form = field.IsRepeated ? " repeated" : field.RealContainingOneof is { } choice ? $" oneof {choice.Name}" : string.Empty;
                text.Append(CultureInfo.InvariantCulture, $"{scope} {message.Name} {field.FieldNumber} {field.Name} {type}{form}\n");
            }
        }
    }

    private static void Compare(string path, string actual)
    {
        var file = Path.Combine(Fixtures.RepositoryRoot(), path);
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }
}
