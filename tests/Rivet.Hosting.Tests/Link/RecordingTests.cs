using System.Text;
using Google.Protobuf;
using Rivet.Client.Native.Tls;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Link.Recording;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

/// <summary>A session written down and read again.</summary>
public sealed class RecordingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replay_WithKeys_ShowsWhatWasSaid()
    {
        var said = await ReplayAsync(await RecordAsync(withKeys: true));

        Assert.Equal(
            [FrameType.Initiate, FrameType.Respond, FrameType.Finish, FrameType.Ready, FrameType.Welcome],
            said.Take(5).Select(each => each.Frame!.Type));
        Assert.Equal([false, false, false, true, true], said.Take(5).Select(each => each.IsSealed));
        var asked = Assert.Single(said, each => each.Frame!.Type == FrameType.Request);
        Assert.Equal((Method.Echo, "hello"), (asked.Frame!.Method, EchoRequest.Parser.ParseFrom(asked.Frame.Body.Span).Payload.ToStringUtf8()));
        Assert.Contains(said, each => each.FromServer && each.Frame!.Type == FrameType.Response);
    }

    [Fact]
    public async Task Replay_WithoutKeys_NothingSealedIsShown()
    {
        var recording = await RecordAsync(withKeys: false);
        var said = await ReplayAsync(recording);

        Assert.All(said, each => Assert.Equal(each.IsSealed, each.Frame is null));
        Assert.DoesNotContain("cipher", recording, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower("hello"u8), recording, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"ms":1,"from":"nobody","clear":""}""")]
    [InlineData("""{"ms":1,"from":"client","clear":"xx"}""")]
    [InlineData("""{"ms":1,"from":"client","clear":"00"}""")]
    [InlineData("""{"cipher":"Aes256Gcm","client":"00","server":"00"}""")]
    [InlineData("""{"cipher":"None","client":"","server":""}""")]
    public async Task Replay_NoRecording_SaysWhichLine(string line)
        => Assert.Contains("Line 1", (await Assert.ThrowsAsync<InvalidDataException>(() => ReplayAsync(line))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Replay_RecordChanged_SaysWhichLine()
    {
        var lines = (await RecordAsync(withKeys: true)).Split('\n');
        var at = Array.FindIndex(lines, line => line.Contains("\"record\"", StringComparison.Ordinal));
        lines[at] = lines[at][..^4] + (lines[at][^4] == '0' ? '1' : '0') + lines[at][^3..];

        Assert.Contains($"Line {at + 1} ", (await Assert.ThrowsAsync<InvalidDataException>(() => ReplayAsync(string.Join('\n', lines)))).Message, StringComparison.Ordinal);
    }

    private static async Task<string> RecordAsync(bool withKeys)
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        using var output = new MemoryStream();
        var recorder = new LinkRecorder(output, withKeys, TimeProvider.System);
        await using (var link = (await TlsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), null, TimeProvider.System, Ct, recorder)).Value)
        {
            Assert.True((await link.AskAsync(Method.Echo, new EchoRequest { Payload = ByteString.CopyFromUtf8("hello") }, EchoResponse.Parser, Ct)).IsOk);
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static async Task<List<ReplayedFrame>> ReplayAsync(string recording)
    {
        using var text = new StringReader(recording);
        var said = new List<ReplayedFrame>();
        await foreach (var frame in LinkReplay.ReadAsync(text, TlsLink.Aeads, Ct))
        {
            said.Add(frame);
        }

        return said;
    }
}
