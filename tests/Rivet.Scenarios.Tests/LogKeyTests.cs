using System.Diagnostics;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// The keys of logs while the server runs: replaced, revoked, and what an auditor's program says to each, for a company's log and for the platform's.
/// </summary>
public sealed class LogKeyTests : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly ServerProcess server;
    private Company? company;

    public LogKeyTests() => server = ServerProcess.Start(folder);

    public async ValueTask DisposeAsync()
    {
        await (company?.DisposeAsync() ?? ValueTask.CompletedTask);
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task CompanysKey_ReplacedThenRevoked_AuditorFollowsAndRefusesWhatTheOldOneSigned()
    {
        company = await Company.FoundAsync(server);
        var founder = company.Founder;
        var token = (await founder.AskAsync(Method.AddLogReader, new AddLogReaderRequest { Name = "auditor" }, AddLogReaderResponse.Parser)).Token;
        await File.WriteAllTextAsync(folder["token"], token, Company.Ct);
        var first = (await HeadAsync(6)).Key;
        var log = first.Split('+')[0].Split('/')[^1];
        await FetchAsync(log, "mirror");
        await JudgeAsync("mirror", first, 0, "is intact", "--remember", folder["seen"]);

        // The old key is all that the auditor has, and the server runs on.
        var second = (await founder.AskAsync(Method.RotateLogKey, new RotateLogKeyRequest(), RotateLogKeyResponse.Parser)).Key;
        await HappenAsync();
        await FetchAsync(log, "mirror");
        await JudgeAsync("mirror", first, 0, "its key was replaced", "--remember", folder["seen"]);
        await FetchAsync(log, "stolen");

        server.Stop();
        server.StartAgain();
        await founder.ReconnectAsync();
        var id = first[first.IndexOf('+', StringComparison.Ordinal)..].Split('+')[1];
        await founder.AskAsync(Method.RevokeLogKey, new RevokeLogKeyRequest { Id = id }, RevokeLogKeyResponse.Parser);
        Assert.Equal(RefusalCode.Conflict, (await founder.RefusedAsync(Method.RevokeLogKey, new RevokeLogKeyRequest { Id = id }, RevokeLogKeyResponse.Parser)).Code);
        await HappenAsync();
        await FetchAsync(log, "mirror");
        await JudgeAsync("mirror", second.Line, 0, "Revoked: ", "--remember", folder["seen"]);
        await JudgeAsync("mirror", first, 2, "only over a key that was revoked");

        // What a thief can show: a checkpoint that the old key signed beyond its end, and no word of a revocation.
        var lines = await File.ReadAllLinesAsync(folder["stolen/checkpoint"], Company.Ct);
        await File.WriteAllTextAsync(folder["stolen/checkpoint"], string.Join('\n', [.. lines[..4], lines[5]]) + "\n", Company.Ct);
        await File.WriteAllTextAsync(folder["stolen/key"], first + "\n", Company.Ct);
        File.Delete(folder["stolen/keys"]);
        await JudgeAsync("stolen", first, 1, "Revoked key", "--statements", folder["mirror/keys"]);
        await JudgeAsync("stolen", first, 1, "Statements taken back", "--remember", folder["seen"]);
        File.Copy(folder["mirror/keys"], folder["stolen/keys"]);
        await JudgeAsync("stolen", second.Line, 1, "Revoked key");
    }

    [Fact]
    public async Task PlatformsLog_InTheOwnersHands_IsReadByAnAuditorAndChangesItsKeyWhileTheServerRuns()
    {
        company = await Company.FoundAsync(server);
        await HeadAsync(6);
        await File.WriteAllTextAsync(folder["token"], (await OwnerAsync(0, "reader", "add", "auditor")).Split('\n')[0], Company.Ct);
        var first = (await OwnerAsync(0, "show")).Split('\n')[0];
        await FetchAsync("platform", "mirror");
        await JudgeAsync("mirror", first, 0, "is intact");
        Assert.Contains("--yes", await OwnerAsync(1, "key", "rotate"), StringComparison.Ordinal);
        Assert.Equal(first, (await OwnerAsync(0, "show")).Split('\n')[0]);

        var second = (await OwnerAsync(0, "key", "rotate", "--yes")).Split('\n')[0];
        Assert.NotEqual(first, second);
        do
        {
            await FetchAsync("platform", "mirror");
        }
        while (!(await VerifyAsync("log", folder["mirror"], "--key", first)).Output.Contains(second, StringComparison.Ordinal));
        await JudgeAsync("mirror", first, 0, "its key was replaced");

        Assert.Contains("auditor", await OwnerAsync(0, "reader", "list"), StringComparison.Ordinal);
        await OwnerAsync(0, "reader", "remove", "auditor");
        Assert.Equal(2, (await VerifyAsync("fetch", Url("platform"), folder["other"], "--token", folder["token"], "--certificate", Certificate)).ExitCode);
        await OwnerAsync(1, "reader", "remove", "auditor");
    }

    private string Certificate => Path.Combine(server.DataFolder, "ca.pem");

    private string Url(string log) => $"https://localhost:{server.Port}/audit/{log}";

    private async Task FetchAsync(string log, string mirror)
    {
        var fetched = await VerifyAsync("fetch", Url(log), folder[mirror], "--token", folder["token"], "--certificate", Certificate);
        Assert.True(fetched.ExitCode == 0, fetched.Output);
    }

    private async Task JudgeAsync(string mirror, string key, int code, string said, params string[] options)
    {
        var judged = await VerifyAsync(["log", folder[mirror], "--key", key, .. options]);
        Assert.True(judged.ExitCode == code, judged.Output);
        Assert.Contains(said, judged.Output, StringComparison.Ordinal);
    }

    /// <summary>One more event, sealed.</summary>
    private async Task HappenAsync()
    {
        var before = (await HeadAsync(0)).Size;
        await company!.Founder.AskAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "Bo" }, CreateInvitationResponse.Parser);
        await HeadAsync(before + 1);
    }

    private async Task<ReadLogHeadResponse> HeadAsync(ulong least)
    {
        while (true)
        {
            var head = await company!.Founder.AskAsync(Method.ReadLogHead, new ReadLogHeadRequest(), ReadLogHeadResponse.Parser);
            if (head.Size >= least)
            {
                return head;
            }

            await Task.Delay(20, Company.Ct);
        }
    }

    private async Task<string> OwnerAsync(int code, params string[] words)
    {
        var (exit, output) = await RunAsync("Rivet.Server", ["log", .. words, "--data", server.DataFolder, "--keys", server.KeysFolder]);
        Assert.True(exit == code, output);
        return output;
    }

    private static Task<(int ExitCode, string Output)> VerifyAsync(params string[] arguments) => RunAsync("Rivet.Verify", arguments);

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(Built.Program(program, program), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LANG"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Company.Ct), process.StandardError.ReadToEndAsync(Company.Ct));
        await process.WaitForExitAsync(Company.Ct);
        return (process.ExitCode, await output + await error);
    }
}
