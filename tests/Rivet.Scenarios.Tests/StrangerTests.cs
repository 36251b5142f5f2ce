using System.Text.Json;
using System.Text.Json.Nodes;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// A client that knows nothing but <c>docs/protocol/lws.md</c> and the schemas, against the real server, in company of the
/// product's own terminal program: what one of them leaves unsaid shows here.
/// </summary>
public sealed class StrangerTests
{
    private const string Hello = "Hello, stranger. 你好！";

    [Theory]
    [InlineData("first", "aes", "exporter", "FIRST_CONTACT", "AES_256_GCM", "TLS_EXPORTER")]
    [InlineData("first", "chacha", "end-point", "FIRST_CONTACT", "CHACHA20_POLY1305", "TLS_SERVER_END_POINT")]
    [InlineData("known", "aes", "end-point", "KNOWN_SERVER", "AES_256_GCM", "TLS_SERVER_END_POINT")]
    [InlineData("known", "chacha", "exporter", "KNOWN_SERVER", "CHACHA20_POLY1305", "TLS_EXPORTER")]
    public async Task Stranger_WithAnInvitation_JoinsAndSignsIn(
        string pattern, string cipher, string binding, string spokenPattern, string spokenCipher, string spokenBinding)
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var joined = await InviteAsync(folder, server, "--cipher", cipher, "--binding", binding);
        var again = await StrangerProcess.DoAsync(
            folder["bo.json"], "whoami", "--pattern", pattern, "--cipher", cipher, "--binding", binding);

        Assert.Equal(("FIRST_CONTACT", spokenCipher, spokenBinding), (Text(joined, "pattern"), Text(joined, "cipher"), Text(joined, "binding")));
        Assert.Equal((spokenPattern, spokenCipher, spokenBinding), (Text(again, "pattern"), Text(again, "cipher"), Text(again, "binding")));
        Assert.Equal(("Bo", "Copper & Ginkgo"), (Text(again, "personName"), Text(again, "companyName")));
        Assert.Equal(Text(joined, "device"), Text(again, "device"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["bo.json"]));
    }

    [Fact]
    public async Task Stranger_InAConversation_HearsAndIsHeard()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var conversation = await TalkAsync(folder, server);

        var (code, sent) = await StrangerProcess.RunAsync(folder["bo.json"], "send", conversation, "Said once.", "--times", "2");
        var log = await TerminalAsync(folder, "read", conversation);

        Assert.Equal(0, code);
        Assert.Equal([(2, false), (2, true)], sent.Select(line => (line.GetProperty("sequence").GetInt32(), line.GetProperty("duplicate").GetBoolean())));
        Assert.Equal([Hello, "Said once."], log.Select(line => Text(line, "text")));
        Assert.Equal(Text(sent[0], "id"), Text(log[1], "messageId"));
    }

    [Fact]
    public async Task Stranger_WhoseLinkBroke_CatchesUpWithoutLossOrDouble()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var conversation = await TalkAsync(folder, server);
        using var listener = await StrangerProcess.StartAsync(folder["bo.json"], "listen");

        var heard = new List<string>();
        await HearAsync(listener, heard, "listening");
        await TerminalAsync(folder, "send", conversation, "pushed");
        await HearAsync(listener, heard, "entry");
        listener.Kill();
        await TerminalAsync(folder, "send", conversation, "missed");
        server.Kill();
        server.StartAgain();
        var (_, missed) = await StrangerProcess.RunAsync(folder["bo.json"], "catch-up");
        var (_, nothing) = await StrangerProcess.RunAsync(folder["bo.json"], "catch-up");
        var listed = await StrangerProcess.DoAsync(folder["bo.json"], "conversations");

        Assert.Equal([Hello, "pushed"], heard);
        Assert.Equal(["missed"], Entries(missed));
        Assert.Empty(Entries(nothing));
        Assert.Equal((3, 3), (listed.GetProperty("lastSequence").GetInt32(), listed.GetProperty("deviceCursor").GetInt32()));
    }

    [Fact]
    public async Task Stranger_WithAnotherServersKeyPinned_RefusesWithoutShowingItself()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await InviteAsync(folder, server);
        var elsewhere = new string('A', Text(server.Announced, "serverKey").Length);

        var (code, lines) = await StrangerProcess.RunAsync(folder["bo.json"], "whoami", "--server-key", elsewhere);

        Assert.Equal(1, code);
        Assert.Contains("its identity key is not the pinned one", Text(lines[^1], "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_WhoseStaticKeyOfTheServerIsOld_ProvesTheIdentityAnew()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await InviteAsync(folder, server);
        await ChangeServerAsync(folder, known => (known["staticKey"], known["tickets"]) = (new string('2', 64), new JsonArray()));

        var refused = await StrangerProcess.RunAsync(folder["bo.json"], "whoami", "--pattern", "known");
        var again = await StrangerProcess.DoAsync(folder["bo.json"], "whoami");

        Assert.Equal((2, "REFUSED"), (refused.ExitCode, Text(refused.Lines[^1], "close")));
        Assert.Equal("FIRST_CONTACT", Text(again, "pattern"));
    }

    [Fact]
    public async Task Stranger_WhoSawABetterVersionBefore_RefusesTheDowngrade()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await InviteAsync(folder, server);
        await ChangeServerAsync(folder, known => known["highestVersion"] = 3);

        var (code, lines) = await StrangerProcess.RunAsync(folder["bo.json"], "whoami");

        Assert.Equal(1, code);
        Assert.Contains("a downgrade", Text(lines[^1], "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_BeforeALyingServer_RefusesEverythingTheSpecificationNames()
    {
        var end = await StrangerProcess.RunOwnTestsAsync();

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
    }

    [Fact]
    public async Task Stranger_GivenATicket_ResumesOnceWithIt()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await InviteAsync(folder, server);
        await StrangerProcess.DoAsync(folder["bo.json"], "ping"); // The ticket comes before the pong.
        var before = await File.ReadAllTextAsync(folder["bo.json"], Company.Ct);

        var resumed = await StrangerProcess.DoAsync(folder["bo.json"], "whoami", "--pattern", "ticket");
        await File.WriteAllTextAsync(folder["bo.json"], before, Company.Ct);
        var (code, lines) = await StrangerProcess.RunAsync(folder["bo.json"], "whoami", "--pattern", "ticket");

        Assert.Equal("RESUMPTION", Text(resumed, "pattern"));
        Assert.Equal((2, "REFUSED"), (code, Text(lines[^1], "close")));
    }

    [Theory]
    [InlineData(1, 3_000_000)]
    [InlineData(16, 400_000)]
    public async Task Stranger_StreamsData_GetsItAllBack(int streams, int bytes)
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await InviteAsync(folder, server);

        var (code, lines) = await StrangerProcess.RunAsync(folder["bo.json"], "stream", "--streams", $"{streams}", "--bytes", $"{bytes}");

        Assert.Equal(0, code);
        Assert.Equal(Enumerable.Repeat(bytes, streams), lines.Select(line => line.GetProperty("bytes").GetInt32()));
    }

    [Fact]
    public async Task Stranger_WithTheSharedVectors_ComesToTheSameOutcomes()
    {
        var end = await StrangerProcess.RunVectorsAsync();

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        Assert.Matches("^4 files, [1-9][0-9]* passed, 0 failed", end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    /// <summary>The founder, with the terminal program, founds the company and invites Bo, who joins with the stranger's client.</summary>
    /// <summary>Four hundred connections from two addresses hang between TLS and welcome: whoever comes now gives some work first.</summary>
    [Fact]
    public async Task Stranger_WhileTheServerIsUnderLoad_SolvesItsPuzzle()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await InviteAsync(folder, server);
        using var crowd = await Crowd.GatherAsync(server.Port, ["127.0.0.2", "127.0.0.3"], each: 200);

        var come = await StrangerProcess.DoAsync(folder["bo.json"], "whoami", "--pattern", "known");
        var (_, metrics) = await Https.GetAsync($"https://127.0.0.1:{server.Port}/metrics");

        Assert.Equal("KNOWN_SERVER", Text(come, "pattern"));
        Assert.Matches(@"(?m)^rivet_link_puzzles\S* [1-9]", metrics);
    }

    private static async Task<JsonElement> InviteAsync(TempFolder folder, ServerProcess server, params string[] options)
    {
        await TerminalAsync(folder, "join", server.Invitation!, "--company", "Copper & Ginkgo", "--name", "Ana");
        var invited = await TerminalAsync(folder, "admin", "invite", "--name", "Bo");
        return await StrangerProcess.DoAsync(folder["bo.json"], ["join", Text(invited[0], "link"), "--name", "Bo", .. options]);
    }

    /// <summary>Further, the founder begins a conversation with Bo and says hello; gives the conversation's id.</summary>
    private static async Task<string> TalkAsync(TempFolder folder, ServerProcess server)
    {
        await InviteAsync(folder, server);
        var opened = await TerminalAsync(folder, "new", "--with", "Bo");
        var conversation = Text(opened[0], "conversation");
        await TerminalAsync(folder, "send", conversation, Hello);
        return conversation;
    }

    private static async Task<List<JsonElement>> TerminalAsync(TempFolder folder, params string[] arguments)
    {
        var (code, output) = await CliProcess.RunAsync(folder["home"], [.. arguments, "--json"]);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}, {output}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
    }

    /// <summary>Reads lines up to one of this type; notes what entries say.</summary>
    private static async Task HearAsync(StrangerProcess listener, List<string> heard, string type)
    {
        while (await listener.ReadAsync() is { } line)
        {
            heard.AddRange(Entries([line]));
            if (Text(line, "type") == type)
            {
                return;
            }
        }

        Assert.Fail($"The listener ended before it said {type}.");
    }

    /// <summary>Changes what the stranger's device remembers of its server.</summary>
    private static async Task ChangeServerAsync(TempFolder folder, Action<JsonObject> change)
    {
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(folder["bo.json"], Company.Ct))!;
        change(kept["servers"]!.AsObject().Single().Value!.AsObject());
        await File.WriteAllTextAsync(folder["bo.json"], kept.ToJsonString(), Company.Ct);
    }

    private static IEnumerable<string> Entries(IEnumerable<JsonElement> lines)
        => lines.Where(line => Text(line, "type") == "entry").Select(line => Text(line, "text"));

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
}
