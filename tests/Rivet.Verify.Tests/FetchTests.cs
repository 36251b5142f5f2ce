using Microsoft.AspNetCore.Http;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

public sealed class FetchTests : IAsyncDisposable
{
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();
    private TestServer? server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TestMirror Here => new(temp["here"]);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        log.Dispose();
        temp.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(700)]
    public async Task Fetch_Log_GivesItsMirror(int size)
    {
        log.Grow(size);
        var there = await (await log.KeepAsync()).WriteAsync(temp["there"]);
        await ServeAsync(there);
        await AssertFetchedAsync();
        Assert.Equal(there.Files, Here.Files);
        Assert.All(there.Files, file => Assert.Equal(File.ReadAllBytes(there[file]), File.ReadAllBytes(Here[file])));
        Assert.Equal(Verdict.Intact, (await Here.VerifyAsync(log)).Verdict);
    }

    [Fact]
    public async Task Fetch_LogThatGrew_AsksOnlyForWhatIsMissing()
    {
        await ServeAsync(await log.Grow(700).WriteAsync(temp["there"]));
        await AssertFetchedAsync();
        server!.Asked.Clear();
        await log.Grow(100).WriteAsync(temp["there"]);
        await AssertFetchedAsync();
        Assert.Equal(
            ["checkpoint", "history", "key", "key", "keys", "keys", "standing", "tile/0/002", "tile/0/003.p/32", "tile/1/000.p/3", "tile/entries/002", "tile/entries/003.p/32"],
            server.Asked.Order(StringComparer.Ordinal));
        Assert.Equal(Verdict.Intact, (await Here.VerifyAsync(log)).Verdict);
        Assert.DoesNotContain(Here.Files, file => file.EndsWith("188", StringComparison.Ordinal));

        // What was verified before is kept, whatever the server keeps.
        Assert.Contains("history/700", Here.Files);
    }

    [Fact]
    public async Task Fetch_Interrupted_LeavesTheOldMirrorWholeAndGoesOn()
    {
        await ServeAsync(await log.Grow(300).WriteAsync(temp["there"]));
        await AssertFetchedAsync();
        await (await log.Grow(700).KeepAsync()).WriteAsync(temp["there"]);
        server!.Instead = async (context, name) =>
        {
            if (name == "tile/entries/002")
            {
                context.Response.ContentLength = 5000;
                await context.Response.WriteAsync("half of it", Ct);
                await context.Response.Body.FlushAsync(Ct);
                context.Abort();
                return true;
            }

            return false;
        };
        Assert.Contains("goes on where it stopped", await RefusedAsync(), StringComparison.Ordinal);
        var between = await Here.VerifyAsync(log);
        Assert.Empty(between.Findings.Kept);
        Assert.Equal(300, between.Entries);

        server.Instead = (_, _) => Task.FromResult(false);
        server.Asked.Clear();
        await AssertFetchedAsync();
        Assert.DoesNotContain("tile/entries/000", server.Asked);
        Assert.DoesNotContain("history/1000", server.Asked);
        var after = await Here.VerifyAsync(log);
        Assert.Equal((Verdict.Intact, 1000L), (after.Verdict, after.Entries));
    }

    [Fact]
    public async Task Fetch_PartialTileReplacedMeanwhile_BeginsAgainWithTheNewCheckpoint()
    {
        var there = await log.Grow(300).WriteAsync(temp["there"]);
        await ServeAsync(there);
        var old = await File.ReadAllBytesAsync(there["checkpoint"], Ct);
        Directory.Delete(there["tile"], recursive: true);
        await log.Grow(100).WriteAsync(temp["there"]);
        var isFirst = true;
        server!.Instead = async (context, name) =>
        {
            if (name == "checkpoint" && isFirst)
            {
                isFirst = false;
                await context.Response.Body.WriteAsync(old, Ct);
                return true;
            }

            return false;
        };
        await AssertFetchedAsync();
        Assert.Equal(400, (await Here.VerifyAsync(log)).Entries);
    }

    [Theory]
    [InlineData(StatusCodes.Status401Unauthorized, "rivet admin audit reader add")]
    [InlineData(StatusCodes.Status403Forbidden, "rivet admin audit reader add")]
    [InlineData(StatusCodes.Status404NotFound, "does not have tile/")]
    [InlineData(StatusCodes.Status302Found, "log's own address")]
    [InlineData(StatusCodes.Status500InternalServerError, "status 500")]
    public async Task Fetch_Refused_SaysWhatToDoAndWritesNoCheckpoint(int status, string sentence)
    {
        await ServeAsync(await log.Grow(300).WriteAsync(temp["there"]));
        server!.Instead = (context, name) =>
        {
            context.Response.StatusCode = name.StartsWith("tile", StringComparison.Ordinal) ? status : 200;
            context.Response.Headers.Location = "https://elsewhere.example/";
            return Task.FromResult(context.Response.StatusCode != 200);
        };
        Assert.Contains(sentence, await RefusedAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(Here["checkpoint"]));
    }

    [Theory]
    [InlineData("key", 2000)]
    [InlineData("checkpoint", 70_000)]
    [InlineData("tile/0/000", 8193)]
    [InlineData("tile/0/000", 100)]
    [InlineData("tile/entries/000", 17_000_000)]
    [InlineData("tile/entries/000", 101)]
    [InlineData("history", 51_000_000)]
    public async Task Fetch_BodyTooLongOrOfNoForm_IsRefused(string which, int length)
    {
        await ServeAsync(await log.Grow(300).WriteAsync(temp["there"]));
        server!.Instead = async (context, name) =>
        {
            if (name == which)
            {
                var sent = new byte[50_000];
                sent.AsSpan().Fill((byte)'9');
                for (var rest = length; rest > 0; rest -= sent.Length)
                {
                    await context.Response.Body.WriteAsync(sent.AsMemory(0, Math.Min(rest, sent.Length)), context.RequestAborted);
                }
            }

            return name == which;
        };
        Assert.Contains("https://HOST:PORT/audit/LOG", await RefusedAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(Here[which]));
    }

    [Fact]
    public async Task Fetch_Token_IsSent()
    {
        await ServeAsync(await log.Grow(3).WriteAsync(temp["there"]));
        server!.Instead = (context, _) =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer reader-token" ? 200 : 401;
            return Task.FromResult(context.Response.StatusCode != 200);
        };
        await File.WriteAllTextAsync(temp["token"], "reader-token\n", Ct);
        Assert.Contains("--token", await RefusedAsync(), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("fetch", server.Url, Here.Folder, "--token", temp["token"])).Code);
        await File.WriteAllTextAsync(temp["token"], "two lines\nno token", Ct);
        Assert.Equal(2, (await RunAsync("fetch", server.Url, Here.Folder, "--token", temp["token"])).Code);
    }

    [Fact]
    public async Task Fetch_ServersOwnCertificate_IsTakenOnlyWhenGiven()
    {
        using var certificate = TestServer.Certificate("127.0.0.1");
        using var other = TestServer.Certificate("127.0.0.1");
        using var misnamed = TestServer.Certificate("127.0.0.2");
        server = await TestServer.StartAsync(await log.Grow(3).WriteAsync(temp["there"]), certificate);
        await File.WriteAllTextAsync(temp["ca.pem"], certificate.ExportCertificatePem(), Ct);
        await File.WriteAllTextAsync(temp["other.pem"], other.ExportCertificatePem(), Ct);
        await File.WriteAllTextAsync(temp["misnamed.pem"], misnamed.ExportCertificatePem(), Ct);
        Assert.Contains("--certificate", await RefusedAsync(), StringComparison.Ordinal);
        Assert.Contains("--certificate", await RefusedAsync("--certificate", temp["other.pem"]), StringComparison.Ordinal);
        Assert.Contains("no certificate", await RefusedAsync("--certificate", temp["nothing.pem"]), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("fetch", server.Url, Here.Folder, "--certificate", temp["ca.pem"])).Code);

        await server.DisposeAsync();
        server = await TestServer.StartAsync(new TestMirror(temp["there"]), misnamed);
        Assert.Contains("another name", await RefusedAsync("--certificate", temp["misnamed.pem"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://log.example/audit/platform")]
    [InlineData("ftp://127.0.0.1/audit/platform")]
    [InlineData("https://user:word@log.example/audit/platform")]
    [InlineData("https://log.example/audit/platform?to=elsewhere")]
    [InlineData("https://log.example")]
    [InlineData("log.example")]
    public async Task Fetch_NoAddressOfALog_IsRefused(string url)
        => Assert.Contains("https://HOST:PORT/audit/LOG", (await RunAsync("fetch", url, Here.Folder)).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Fetch_OtherKeyOrOtherLog_KeepsTheMirror()
    {
        await ServeAsync(await log.Grow(3).WriteAsync(temp["there"]));
        await AssertFetchedAsync();
        var there = new TestMirror(temp["there"]);
        there.Write("key", System.Text.Encoding.UTF8.GetBytes("other+" + log.Key.ToString().Split('+', 2)[1]));
        Assert.Equal(2, (await RunAsync("fetch", server!.Url, Here.Folder)).Code);
        there.Write("key", System.Text.Encoding.UTF8.GetBytes(log.Witness + "\n"));
        Assert.Equal(2, (await RunAsync("fetch", server.Url, Here.Folder)).Code);
        Assert.Equal(Verdict.Intact, (await Here.VerifyAsync(log)).Verdict);
    }

    [Fact]
    public async Task Fetch_KeyReplaced_TakesTheNewKeyWithItsStatement()
    {
        await ServeAsync(await log.Grow(3).WriteAsync(temp["there"]));
        await AssertFetchedAsync();
        using var next = Ed25519Key.Create();
        var statement = await RotateAsync(next);
        var there = await log.Grow(1).WriteAsync(temp["there"]);
        Serve(there, next, statement);
        there.WriteNote("checkpoint", await log.SignAsync(by: next));
        await AssertFetchedAsync();
        Assert.Equal(Verdict.Intact, (await Here.VerifyAsync(log)).Verdict);
        Assert.Equal(KeyStatementFile.Write([statement]), await File.ReadAllTextAsync(Here["keys"], Ct));

        // What was said once stays.
        File.Delete(there["keys"]);
        Assert.Contains("Keep this folder", await RefusedAsync(), StringComparison.Ordinal);
        using var thief = Ed25519Key.Create();
        Serve(there, thief, await RotateAsync(thief));
        Assert.Contains("Keep this folder", await RefusedAsync(), StringComparison.Ordinal);
        Assert.Equal(KeyStatementFile.Write([statement]), await File.ReadAllTextAsync(Here["keys"], Ct));
    }

    [Fact]
    public async Task Fetch_KeyReplacedWithoutAStatementFromTheOld_IsRefused()
    {
        await ServeAsync(await log.Grow(3).WriteAsync(temp["there"]));
        await AssertFetchedAsync();
        using var next = Ed25519Key.Create();
        var statement = await RotateAsync(next);
        Serve(new TestMirror(temp["there"]), next, statement with { Signatures = [statement.Signatures[1]] });
        Assert.Contains("keep this folder", await RefusedAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(Here["keys"]));
    }

    [Fact]
    public async Task Fetch_KeyReplacedMeanwhile_BeginsAgainWithTheNewCheckpoint()
    {
        var there = await log.Grow(3).WriteAsync(temp["there"]);
        await ServeAsync(there);
        using var next = Ed25519Key.Create();
        var statement = await RotateAsync(next);
        server!.Instead = async (_, name) =>
        {
            if (name == "tile/0/000.p/3")
            {
                server.Instead = (_, _) => Task.FromResult(false);
                await log.Grow(1).WriteAsync(temp["there"]);
                Serve(there, next, statement);
                there.WriteNote("checkpoint", await log.SignAsync(by: next));
                there.Write(name, new byte[3 * TreeHash.Size]);
            }

            return false;
        };
        await AssertFetchedAsync();
        var judgement = await Here.VerifyAsync(log);
        Assert.Equal((Verdict.Intact, 4L), (judgement.Verdict, judgement.Entries));
    }

    private async Task<SignedNote> RotateAsync(Ed25519Key next)
    {
        using var old = TestLog.OwnKey();
        Assert.True(Checkpoint.TryParse((await log.SignAsync()).Text, out var now));
        return (await new KeyStatement
        {
            Kind = KeyStatementKind.Rotated, Key = log.Key, Other = NoteKey.Of(TestLog.Origin, NoteKeyKind.Ed25519, next.PublicKey),
            Size = now.Size, Root = now.Root, At = TestLog.Begin,
        }.SignAsync(old, next, Ct))!;
    }

    private static void Serve(TestMirror there, Ed25519Key key, SignedNote statement)
    {
        there.Write("key", System.Text.Encoding.UTF8.GetBytes(NoteKey.Of(TestLog.Origin, NoteKeyKind.Ed25519, key.PublicKey) + "\n"));
        there.Write("keys", System.Text.Encoding.UTF8.GetBytes(KeyStatementFile.Write([statement])));
    }

    [Fact]
    public async Task Fetch_LogThatShrankOrForked_KeepsWhatWasThereAsHistory()
    {
        await ServeAsync(await log.Grow(300).WriteAsync(temp["there"]));
        await AssertFetchedAsync();
        log.Entries.RemoveRange(290, 10);
        Directory.Delete(temp["there"], recursive: true);
        await log.WriteAsync(temp["there"]);
        var (code, error, _) = await RunAsync("fetch", server!.Url, Here.Folder);
        Assert.Equal(0, code);
        Assert.Contains("had 300", error, StringComparison.Ordinal);
        var finding = Assert.Single((await Here.VerifyAsync(log)).Findings.Kept);
        Assert.Equal((FindingKind.CutOff, "history/300"), (finding.Kind, finding.Place));

        log.Grow(20).Entries[5] = TestLog.Entry(5, kind: "other");
        await log.WriteAsync(temp["there"]);
        await AssertFetchedAsync();
        Assert.NotEqual(Verdict.Intact, (await Here.VerifyAsync(log)).Verdict);
    }

    private async Task ServeAsync(TestMirror there) => server = await TestServer.StartAsync(there);

    private async Task AssertFetchedAsync()
    {
        var (code, error, _) = await RunAsync("fetch", server!.Url, Here.Folder);
        Assert.Equal("", error);
        Assert.Equal(0, code);
    }

    private async Task<string> RefusedAsync(params string[] options)
    {
        var (code, error, _) = await RunAsync(["fetch", server!.Url, Here.Folder, .. options]);
        Assert.Equal(2, code);
        return error;
    }

    private static async Task<(int Code, string Error, string Output)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await VerifyCommand.Create(output, error).Parse(arguments).InvokeAsync(cancellationToken: Ct);
        return (code, error.ToString(), output.ToString());
    }
}
