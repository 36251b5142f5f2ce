using System.Diagnostics;
using System.Resources;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Verify.Tests;

/// <summary>The program as an auditor runs it.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        log.Dispose();
        temp.Dispose();
    }

    [Fact]
    public async Task Log_Intact_SaysSoFirstThenWhatItRestsOn()
    {
        await (await log.Grow(300).KeepAsync()).WriteAsync(temp["log"]);
        var (code, output) = await RunAsync("en_GB", "log", temp["log"], "--key", log.Key.ToString(), "--witness", log.Witness.ToString(), "--remember", temp["seen"]);
        Assert.Equal(0, code);
        Assert.StartsWith("rivet/0123456789abcdef/platform is intact.\n", output, StringComparison.Ordinal);
        Assert.Contains("300 of 300, until 2026-03-01 12:04:59Z", output, StringComparison.Ordinal);
        Assert.Contains("Cosigned by witness.example/rivet at 2026-03-01 12:05:00Z", output, StringComparison.Ordinal);
        Assert.Contains("Not checked:\n  - Whether the log was another one before this first visit", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_WithoutKey_SaysThatTheServerIsTrustedForIt()
    {
        await log.Grow(3).WriteAsync(temp["log"]);
        var (code, output) = await RunAsync("en_GB", "log", temp["log"]);
        Assert.Equal(0, code);
        Assert.Contains("only the server says", output, StringComparison.Ordinal);
        Assert.Contains("give it with --key", output, StringComparison.Ordinal);
        Assert.Contains("--witness", output, StringComparison.Ordinal);
        Assert.Contains("--remember", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_Json_SaysTheSame()
    {
        var mirror = await log.Grow(300).WriteAsync(temp["log"]);
        log.Entries[7] = TestLog.Entry(7, kind: "other");
        log.WriteBundles(mirror);
        await File.WriteAllTextAsync(temp["witness"], log.Witness + "\n", Ct);
        var (code, output) = await RunAsync("zh_CN", "log", temp["log"], "--witness", temp["witness"], "--json");
        using var json = JsonDocument.Parse(output);
        Assert.Equal(1, code);
        Assert.Equal("not-intact", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(300, json.RootElement.GetProperty("size").GetInt64());
        Assert.Equal("witness.example/rivet", json.RootElement.GetProperty("cosigned")[0].GetProperty("witness").GetString());
        var finding = json.RootElement.GetProperty("findings")[0];
        Assert.Equal(("changed", "entry 7"), (finding.GetProperty("kind").GetString(), finding.GetProperty("place").GetString()));
        Assert.Contains("条", finding.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_Finding_RemembersNothing()
    {
        var mirror = await log.Grow(3).WriteAsync(temp["log"]);
        log.Entries[1] = TestLog.Entry(1, kind: "other");
        log.WriteBundles(mirror);
        Assert.Equal(1, (await RunAsync("C", "log", temp["log"], "--remember", temp["seen"])).Code);
        Assert.False(File.Exists(temp["seen"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"a\":null}")]
    [InlineData("{\"a\":{\"Key\":\"b\",\"Checkpoint\":\"c\"}}")]
    public async Task Log_RememberedFileDamaged_IsNotReplaced(string content)
    {
        await log.Grow(3).WriteAsync(temp["log"]);
        await File.WriteAllTextAsync(temp["seen"], content, Ct);
        Assert.Equal(2, (await RunAsync("C", "log", temp["log"], "--remember", temp["seen"])).Code);
        Assert.Equal(content, await File.ReadAllTextAsync(temp["seen"], Ct));
    }

    [Theory]
    [InlineData("log")]
    [InlineData("log", "nothing")]
    [InlineData("log", "nothing", "--key", "no key")]
    [InlineData("log", "nothing", "--witness", "no key")]
    [InlineData("unheard")]
    public async Task Command_NotUnderstood_IsNoFinding(params string[] arguments) => Assert.Equal(2, (await RunAsync("C", arguments)).Code);

    [Fact]
    public void Words_BothLanguages_SayTheSameThings()
    {
        var words = new ResourceManager("Rivet.Verify.Resources.Words", typeof(VerifyCommand).Assembly);
        var english = Keys(words, "");
        Assert.NotEmpty(english);
        Assert.Equal(english, Keys(words, "zh-CN"));
        Assert.All(Enum.GetValues<FindingKind>(), kind => Assert.NotEmpty(Words.Of($"kind.{kind}")));
        Assert.All(Enum.GetValues<Verdict>(), verdict => Assert.NotEmpty(Words.Of($"verdict.{verdict}")));
        Assert.All(Enum.GetValues<KeySource>(), source => Assert.NotEmpty(Words.Of($"report.key.{source}")));
    }

    private static List<string> Keys(ResourceManager words, string language)
        => [.. words.GetResourceSet(new System.Globalization.CultureInfo(language), createIfNotExists: true, tryParents: false)!
            .Cast<System.Collections.DictionaryEntry>().Select(word => (string)word.Key).Order(StringComparer.Ordinal)];

    private static async Task<(int Code, string Output)> RunAsync(string language, params string[] arguments)
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.Verify", "Rivet.Verify"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = language;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        await error;
        return (process.ExitCode, output);
    }
}
