using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rivet.Scenarios.Tests.Recovery;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// Two administrators destroy a version of their company's key, then the key itself. Both receipts are made by the commands that people use, a company's and the
/// operator's, and judged when the server is gone.
/// </summary>
public sealed class ReceiptCommandTests : IDisposable
{
    /// <summary>Every line that each receipt has.</summary>
    private static readonly string[] Parts =
        ["log", "index", "event", "kind", "time", "outcome", "company", "target", "detail", "entry", "salt", "content", "hash", "checkpoint", "key"];

    private readonly TempFolder folder = new();
    private readonly TempFolder elsewhere = new();
    private readonly ServerProcess server;

    public ReceiptCommandTests() => server = ServerProcess.Start(folder);

    private string Ana => folder["ana"];

    private string Ben => folder["ben"];

    public void Dispose()
    {
        server.Dispose();
        elsewhere.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Receipts_OfAVersionAndOfTheCompany_HoldOfflineAndNotWithAByteOfAnyPartChanged()
    {
        await TwoAdministratorsAsync();
        await ChangeAsync("rotate", "--reason", "yearly");
        await Until.HoldsAsync(async () => await ToRewrapAsync() == 0);

        await ChangeAsync("destroy-versions", "1", "--reason", "not needed", "--yes");
        var company = (await AnaAsync("admin", "audit", "show")).Split('\n')[0];
        var version = await EventAsync("vault.company-key.version-destroyed", () => AnaAsync("admin", "events", "--json"), one => one.GetProperty("sequence"));
        await AnaAsync("admin", "audit", "receipt", version, "--output", elsewhere["version.txt"]);
        await ChangeAsync("destroy", "--reason", "the company ends", "--yes");

        // The seven days pass.
        Assert.Equal(0, server.Stop());
        MakeDue();
        server.StartAgain();
        var ended = await EventAsync(
            "vault.company-key.destroyed", () => OwnerAsync("events", "--log", "platform"), one => one.GetProperty("metadata").GetProperty("sequence"));
        await OwnerAsync("log", "receipt", ended, "--output", elsewhere["company.txt"]);
        var platform = (await OwnerAsync("log", "show")).Split('\n')[0];
        var (refused, none) = await RunAsync("log", "receipt", "0", "--output", elsewhere["none.txt"]);
        Assert.Equal((1, false), (refused, File.Exists(elsewhere["none.txt"])));
        Assert.Contains("no destruction", none, StringComparison.Ordinal);
        Assert.Equal(0, server.Stop());
        Directory.Delete(server.DataFolder, recursive: true);

        await JudgeAsync(elsewhere["version.txt"], company, ["entry", "salt", "content", "checkpoint"], "vault.company-key.version-destroyed", $"entry {version}", "version: 1");
        await JudgeAsync(elsewhere["company.txt"], platform, Parts, "vault.company-key.destroyed", $"entry {ended}", "waited-days: 7");
        var crossed = await VerifyProcess.RunAsync("receipt", elsewhere["company.txt"], "--key", company);
        Assert.Equal(1, crossed.ExitCode);
        Assert.Contains("your key is of", crossed.Output, StringComparison.Ordinal);
    }

    /// <summary>It holds as it came; and with another byte in the middle of any one of these lines it does not.</summary>
    private static async Task JudgeAsync(string file, string key, string[] tried, params string[] said)
    {
        var holds = await VerifyProcess.RunAsync("receipt", file, "--key", key);
        Assert.True(holds.ExitCode == 0, holds.Output);
        Assert.All(["The receipt holds", .. said], part => Assert.Contains(part, holds.Output, StringComparison.Ordinal));

        var lines = (await File.ReadAllTextAsync(file, Company.Ct)).TrimEnd('\n').Split('\n');
        var parts = lines.Select(line => line.Split(' ')[0]).ToList();
        Assert.All(tried, part => Assert.Contains(part, parts));
        foreach (var some in tried.Select(part => parts.IndexOf(part)).Chunk(2))
        {
            await Task.WhenAll(some.Select(async line =>
            {
                var changed = $"{file}.{line}";
                await File.WriteAllTextAsync(changed, string.Join('\n', [.. lines[..line], Changed(lines[line]), .. lines[(line + 1)..], ""]), Company.Ct);
                var judged = await VerifyProcess.RunAsync("receipt", changed, "--key", key);
                Assert.True(judged.ExitCode == 1, $"{parts[line]}: {judged.ExitCode}\n{judged.Output}");
            }));
        }
    }

    /// <summary>Another letter or digit, so that the line is still of its form: hexadecimal, Base64, a number, a word.</summary>
    private static string Changed(string line)
    {
        var value = line.IndexOf(' ', StringComparison.Ordinal) + 1;
        var at = Enumerable.Range(value + ((line.Length - value) / 2), line.Length).First(index => char.IsAsciiLetterOrDigit(line[index]));
        return line[..at] + (line[at] == '2' ? '3' : '2') + line[(at + 1)..];
    }

    /// <summary>As it would lie in the store seven days later.</summary>
    private void MakeDue()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.DataFolder, "rivet.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE vault_company SET destroy_ms = destroy_ms - 604800000 WHERE destroy_ms IS NOT NULL";
        Assert.Equal(1, command.ExecuteNonQuery());
        command.CommandText = "UPDATE vault_request SET asked_ms = asked_ms - 604800000, decided_ms = decided_ms - 604800000";
        Assert.Equal(3, command.ExecuteNonQuery());
    }

    /// <summary>The number of the first event of a kind, once a log shows it.</summary>
    private static async Task<string> EventAsync(string kind, Func<Task<string>> read, Func<JsonElement, JsonElement> number)
    {
        string? found = null;
        await Until.HoldsAsync(async () => (found = (await read()).Split('\n').FirstOrDefault(line => line.Contains($"\"{kind}\"", StringComparison.Ordinal))) is not null, kind);
        return number(JsonDocument.Parse(found!).RootElement).GetRawText();
    }

    private async Task TwoAdministratorsAsync()
    {
        await AnaAsync("join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper");
        var invited = JsonDocument.Parse(await AnaAsync("admin", "invite", "--name", "Ben", "--role", "administrator", "--json")).RootElement;
        Assert.Equal(0, (await CliProcess.RunAsync(Ben, "join", invited.GetProperty("link").GetString()!, "--name", "Ben", "--device", "desk")).ExitCode);
    }

    /// <summary>Ana asks, Ben approves.</summary>
    private async Task ChangeAsync(params string[] change)
    {
        var request = (await AnaAsync(["admin", "keys", .. change])).Trim();
        var (exit, said) = await CliProcess.RunAsync(Ben, "admin", "keys", "approve", request, "--yes");
        Assert.True(exit == 0, said);
    }

    private async Task<long> ToRewrapAsync()
        => (await AnaAsync("admin", "keys", "show", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.GetProperty("type").GetString() == "companyKey").GetProperty("toRewrap").GetInt64();

    private async Task<string> AnaAsync(params string[] arguments)
    {
        var (exit, output) = await CliProcess.RunAsync(Ana, arguments);
        Assert.True(exit == 0, $"{string.Join(' ', arguments)} ended with {exit}: {output}");
        return output;
    }

    private async Task<string> OwnerAsync(params string[] command)
    {
        var (exit, said) = await RunAsync(command);
        Assert.True(exit == 0, said);
        return said;
    }

    private async Task<(int ExitCode, string Said)> RunAsync(params string[] command)
    {
        var end = await RecoverProcess.RunAnywhereAsync(null, [.. command, "--data", server.DataFolder, "--keys", server.KeysFolder]);
        return (end.ExitCode, end.Output + end.Error);
    }
}
