using System.Globalization;
using System.Text;
using Google.Protobuf.Reflection;
using Rivet.Lws.Frames;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Lws.Tests;

/// <summary>
/// The wire as it is promised to others. A change here is a change of the protocol: say so in docs/protocol/lws.md, then
/// run with RIVET_UPDATE_SNAPSHOTS=1 to write the files anew.
/// </summary>
public sealed class SnapshotTests
{
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

        foreach (var file in new[] { LinkReflection.Descriptor, AgreementReflection.Descriptor, IdentityReflection.Descriptor, MessagingReflection.Descriptor, PolicyReflection.Descriptor, OperationsReflection.Descriptor, MethodsReflection.Descriptor })
        {
            Describe(text, file.Name, file.MessageTypes, file.EnumTypes);
        }

        Compare("tests/Rivet.Lws.Tests/wire.txt", text.ToString());
    }

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
