using System.Buffers;
using System.Text.Json.Nodes;
using Rivet.Lws.Frames;

namespace Rivet.Lws.Tests.Vectors;

/// <summary>Frames, well-formed and not (docs/protocol/lws.md §3, §4).</summary>
public sealed class FrameVectorTests
{
    private const string Name = "frames";

    private static readonly (string Name, string Section, string From, bool Sealed, string Hex)[] Good =
    [
        ("an echo", "§3, §11", "client", true, "0000000c05000001000000010a026869"),
        ("its answer", "§3, §11", "server", true, "0000000c06000000000000010a026869"),
        ("a refusal", "§3", "server", true, "0000000a0600000000000001" + "0801"),
        ("a push", "§3", "server", true, "000000080800820000000000"),
        ("a ping", "§3, §11", "client", true, "000000080900000000000007"),
        ("a pong", "§3", "server", true, "000000080a00000000000007"),
        ("a close", "§3, §11", "server", true, "0000000a0b000000000000000802"),
        ("a close in clear", "§5.6", "server", false, "0000000a0b000000000000000804"),
        ("ready", "§3", "client", true, "000000080c00000000000000"),
        ("data of one byte", "§7.2", "client", true, "000000091200000000000001" + "ff"),
        ("the end of a stream", "§7.2", "client", true, "000000081300000000000001"),
        ("credit for the connection", "§7.2", "server", true, "0000000a1400000000000000" + "0801"),
        ("credit for a stream", "§7.2", "client", true, "0000000a1400000000000001" + "0801"),
        ("stop", "§7.2", "client", true, "000000081500000000000001"),
    ];

    private static readonly (string Name, string Section, string From, bool Sealed, string Hex)[] Bad =
    [
        ("a length under eight", "§3", "client", true, "00000007090000000000000" + "7"),
        ("a length over the limit", "§4", "client", true, "7fffffff0900000000000007"),
        ("a length over the limit in clear", "§4", "client", false, "00000ffd0d00000000000000"),
        ("type 0", "§3", "client", true, "000000080000000000000000"),
        ("type 1, of version 1", "§3", "client", false, "000000080100000000000000"),
        ("type 22", "§3", "client", true, "000000081600000000000000"),
        ("flags", "§3", "client", true, "000000080901000000000007"),
        ("a request without method", "§3", "client", true, "000000080500000000000001"),
        ("a request with a push's method", "§3", "client", true, "000000080500800000000001"),
        ("a request on stream 0", "§3", "client", true, "000000080500000100000000"),
        ("a response with a method", "§3", "server", true, "000000080600000100000001"),
        ("a response on stream 0", "§3", "server", true, "000000080600000000000000"),
        ("a push with a request's method", "§3", "server", true, "000000080800000100000000"),
        ("a push on a stream", "§3", "server", true, "000000080800820000000001"),
        ("a ping with a body", "§3", "client", true, "000000090900000000000000ff"),
        ("a close on a stream", "§3", "client", true, "000000080b00000000000001"),
        ("ready with a body", "§3", "client", true, "000000090c00000000000000ff"),
        ("data on stream 0", "§3", "client", true, "000000091200000000000000ff"),
        ("empty data", "§3", "client", true, "000000081200000000000001"),
        ("data of 65,537 bytes, refused by its header", "§3", "client", true, "000100091200000000000001"),
        ("an end with a body", "§3", "client", true, "000000091300000000000001ff"),
        ("an end on stream 0", "§3", "client", true, "000000081300000000000000"),
        ("credit without a body", "§3", "client", true, "000000081400000000000001"),
        ("stop on stream 0", "§3", "client", true, "000000081500000000000000"),
    ];

    public static TheoryData<string> Cases => [.. VectorFile.Read(Name).Select(each => each.Name)];

    [Fact]
    public void File_MadeAnew_IsTheSame() => VectorFile.Compare(Name, "docs/protocol/lws.md §3", [.. Good.Select(Accepted), .. Bad.Select(Refused)]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_ComesOutAsItSays(string name)
    {
        var vector = VectorFile.Find(Name, name);
        var limit = vector["sealed"]!.GetValue<bool>() ? LwsConstants.MaxFrame : LwsConstants.MaxHandshakeFrame;
        var buffer = new ReadOnlySequence<byte>(VectorFile.Bytes(vector["frame"]));

        var status = FrameReader.TryRead(ref buffer, limit, out var frame);

        Assert.Equal(VectorFile.IsAccepted(vector), status == FrameStatus.Complete && buffer.IsEmpty);
        if (status == FrameStatus.Complete)
        {
            Assert.Equal(vector["type"]!.GetValue<string>(), frame.Type.ToString().ToLowerInvariant());
            Assert.Equal(vector["method"]!.GetValue<int>(), (int)frame.Method);
            Assert.Equal(vector["stream"]!.GetValue<uint>(), frame.Stream);
        }
    }

    private static JsonObject Accepted((string Name, string Section, string From, bool Sealed, string Hex) frame)
    {
        var bytes = Convert.FromHexString(frame.Hex);
        return VectorFile.Case(
            frame.Name, frame.Section, accept: true,
            ("frame", frame.Hex), ("from", frame.From), ("sealed", frame.Sealed), ("type", ((FrameType)bytes[4]).ToString().ToLowerInvariant()), ("method", (bytes[6] << 8) | bytes[7]),
            ("stream", (uint)((bytes[8] << 24) | (bytes[9] << 16) | (bytes[10] << 8) | bytes[11])));
    }

    private static JsonObject Refused((string Name, string Section, string From, bool Sealed, string Hex) frame)
        => VectorFile.Case(frame.Name, frame.Section, accept: false, ("frame", frame.Hex), ("from", frame.From), ("sealed", frame.Sealed));
}
