using System.Globalization;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet admin retention|limits</c> on a real server, and what a limit does to a real terminal's messages.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task Retention_InTheTerminal_WantsTheDestructionSaidAndIsTakenBack()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var home = folder["ana"];
        await FoundAsync(server, home);

        Assert.Equal(0, (await RetentionAsync(home)).GetProperty("keepMonths").GetInt32());
        Assert.Equal(2, await ExitAsync(home, "retention", "set", "--months", "12"));
        Assert.Equal(2, await ExitAsync(home, "retention", "set", "--months", "121", "--yes-destroy"));
        Assert.Equal(2, await ExitAsync(home, "retention", "set", "--months", "12", "--for-ever"));
        Assert.Equal(2, await ExitAsync(home, "retention", "set"));
        Assert.Equal(4, await ExitAsync(home, "retention", "cancel"));
        Assert.False((await RetentionAsync(home)).GetProperty("shortens").GetBoolean());

        var waits = await RetentionAsync(home, "set", "--months", "12", "--yes-destroy");
        Assert.Equal((0, true, 12), (waits.GetProperty("keepMonths").GetInt32(), waits.GetProperty("shortens").GetBoolean(), waits.GetProperty("nextKeepMonths").GetInt32()));
        var (exit, words) = await CliProcess.RunAsync(home, "admin", "retention");
        Assert.Equal(0, exit);
        Assert.Contains("rivet admin retention cancel", words, StringComparison.Ordinal);
        Assert.False((await RetentionAsync(home, "cancel")).GetProperty("shortens").GetBoolean());
    }

    [Fact]
    public async Task Limits_OfATerminalThatWritesTooFast_HoldItsMessagesAndLoseNone()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var home = folder["ana"];
        await FoundAsync(server, home);
        Assert.Equal(0, (await CliProcess.RunAsync(home, "new", "--group", "Fast")).ExitCode);
        Assert.Equal(2, await ExitAsync(home, "limits", "set"));
        Assert.Equal(2, await ExitAsync(home, "limits", "set", "--messages-per-minute", "9"));
        var set = await JsonAsync(home, "limits", "set", "--messages-per-minute", "10", "--stored-gib", "5");
        Assert.Equal((10, 5, 2_048), (set.GetProperty("messagesPerMinute").GetInt32(), set.GetProperty("storedGibibytes").GetInt32(), set.GetProperty("fileMebibytesPerDay").GetInt32()));

        // Ten at once are let through. Whether one is held is the server's to say: on a slow machine a send can wait for other reasons.
        var said = 0;
        const int queued = 7;
        do
        {
            var (exit, _) = await CliProcess.RunAsync(home, "send", "Fast", string.Create(CultureInfo.InvariantCulture, $"number {++said}"), "--wait", "1");
            Assert.True(exit is 0 or queued, $"send ended with {exit}");
        }
        while (said <= 10 || !await IsHeldBackAsync(home));

        await JsonAsync(home, "limits", "set", "--messages-per-minute", "6000");
        Assert.Equal(0, (await CliProcess.RunAsync(home, "send", "Fast", "last")).ExitCode);
        var (_, log) = await CliProcess.RunAsync(home, "read", "Fast");
        var order = Enumerable.Range(1, said).Select(number => log.IndexOf($"number {number}\n", StringComparison.Ordinal)).Append(log.IndexOf("last\n", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, order);
        Assert.Equal(order.Order(), order);
    }

    private static async Task<bool> IsHeldBackAsync(string home)
    {
        var (exit, output) = await CliProcess.RunAsync(home, "admin", "status", "--json");
        Assert.Equal(0, exit);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Any(fact => fact.GetProperty("label").GetString()!.StartsWith("People held back", StringComparison.Ordinal) && fact.GetProperty("value").GetString() == "1");
    }

    private static async Task FoundAsync(ServerProcess server, string home)
        => Assert.Equal(0, (await CliProcess.RunAsync(home, "join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper")).ExitCode);

    private static async Task<int> ExitAsync(string home, params string[] arguments) => (await CliProcess.RunAsync(home, ["admin", .. arguments])).ExitCode;

    private static Task<JsonElement> RetentionAsync(string home, params string[] arguments) => JsonAsync(home, ["retention", .. arguments]);

    private static async Task<JsonElement> JsonAsync(string home, params string[] arguments)
    {
        var (exit, output) = await CliProcess.RunAsync(home, ["admin", .. arguments, "--json"]);
        Assert.True(exit == 0, $"{string.Join(' ', arguments)} ended with {exit}: {output}");
        return JsonDocument.Parse(output).RootElement;
    }
}
