using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Witness.Tests;

/// <summary>The program as an auditor runs it.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private readonly TempFolder temp = new();
    private readonly TestLog log = new("rivet.example/log");
    private readonly HttpClient http = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        http.Dispose();
        log.Dispose();
        temp.Dispose();
    }

    [Fact]
    public async Task Run_KilledAfterACosignature_NeverSignsAnotherHistory()
    {
        var told = (await RunAsync("init", "--name", "witness.example")).Output.Trim();
        Assert.True(NoteKey.TryParse(told, out _));
        Assert.Equal(0, (await RunAsync("watch", log.PublicKey.ToString())).Code);
        log.Grow(9);
        using (var process = Start())
        {
            var address = await AddressAsync(process);
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(address, await log.RequestAsync(0))).StatusCode);
            Assert.Contains("rivet.example/log\n9\n", await http.GetStringAsync($"{address}/checkpoint?origin=rivet.example/log", Ct), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"{address}/checkpoint?origin=other", Ct)).StatusCode);
            process.Kill();
            await process.WaitForExitAsync(Ct);
        }

        using var again = Start();
        var second = await AddressAsync(again);
        var forked = await log.Forget(4).Grow(10, "another").RequestAsync(9);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(second, forked)).StatusCode);
        Assert.Contains(": 9 ", (await RunAsync("show")).Output, StringComparison.Ordinal);
        again.Kill();
    }

    [Fact]
    public async Task Rekey_ByItsOperator_SaysWhichKeySigns()
    {
        await RunAsync("init", "--name", "witness.example");
        Assert.Equal(1, (await RunAsync("rekey", log.PublicKey.ToString())).Code);
        await RunAsync("watch", log.PublicKey.ToString());
        using var next = new TestLog("rivet.example/log");
        var (code, output, _) = await RunAsync("rekey", next.PublicKey.ToString());
        Assert.Equal(0, code);
        Assert.Contains(next.PublicKey.ToString().Split('+')[1], output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("rekey", "no key")).Code);
    }

    [Fact]
    public async Task Run_BodyWithoutEnd_IsRefusedUnread()
    {
        await RunAsync("init", "--name", "witness.example");
        using var process = Start();
        var answer = await PostAsync(await AddressAsync(process), new string('a', 200_000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        process.Kill();
    }

    [Fact]
    public async Task Commands_BadInput_SayWhatToDo()
    {
        var missing = await RunAsync("run");
        Assert.Equal(1, missing.Code);
        Assert.Contains("rivet witness init --name", missing.Error, StringComparison.Ordinal);
        await RunAsync("init", "--name", "witness.example");
        Assert.Equal(1, (await RunAsync("init", "--name", "witness.example")).Code);
        Assert.Contains("NAME+1a2b3c4d+", (await RunAsync("watch", "no key")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("watch", log.PublicKey.ToString())).Code);
        Assert.Equal(1, (await RunAsync("watch", log.PublicKey.ToString())).Code);
    }

    private async Task<HttpResponseMessage> PostAsync(string address, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        return await http.PostAsync(new Uri($"{address}/add-checkpoint"), content, Ct);
    }

    private static async Task<string> AddressAsync(Process process)
        => AddressPattern().Match(await process.StandardOutput.ReadLineAsync(Ct) ?? "").Value is { Length: > 0 } address
            ? address
            : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Ct));

    private Process Start() => Process.Start(StartInfo("run", "--port", "0"))!;

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        var error = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, output, await error);
    }

    private ProcessStartInfo StartInfo(params string[] arguments)
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.Witness", "Rivet.Witness"), [.. arguments, "--folder", temp["witness"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    [GeneratedRegex(@"http://[0-9.]+:\d+")]
    private static partial Regex AddressPattern();
}
