using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet admin audit retention</c> on a real server.</summary>
public sealed class LogRetentionTests
{
    [Fact]
    public async Task Retention_InTheTerminal_WantsTheDestructionSaidWaitsAndIsTakenBack()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var home = folder["ana"];
        Assert.Equal(0, (await CliProcess.RunAsync(home, "join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper")).ExitCode);

        var logons = await OfAsync(home, "3002", "show");
        Assert.Equal((0, 3), (logons.GetProperty("keepMonths").GetInt32(), logons.GetProperty("leastMonths").GetInt32()));
        Assert.True(logons.GetProperty("events").GetInt32() > 0);
        Assert.Equal(2, await ExitAsync(home, "set", "3002", "--months", "12"));
        Assert.Equal(2, await ExitAsync(home, "set", "3002", "--months", "2", "--yes-destroy"));
        Assert.NotEqual(0, await ExitAsync(home, "set", "3004", "--months", "6", "--yes-destroy"));
        Assert.Equal(2, await ExitAsync(home, "set", "3002"));
        Assert.Equal(4, await ExitAsync(home, "set", "4001", "--months", "12", "--yes-destroy"));
        Assert.Equal(0, await ExitAsync(home, "confirm-clock"));

        var waits = await OfAsync(home, "3002", "set", "3002", "others", "--months", "12", "--yes-destroy");
        Assert.Equal((0, 12), (waits.GetProperty("keepMonths").GetInt32(), waits.GetProperty("nextKeepMonths").GetInt32()));
        Assert.Equal(logons.GetProperty("events").GetInt32() > 0, waits.TryGetProperty("nextMonth", out _));
        Assert.Equal(12, (await OfAsync(home, "others", "show")).GetProperty("nextKeepMonths").GetInt32());
        var (exit, table) = await CliProcess.RunAsync(home, "admin", "audit", "retention", "show");
        Assert.Equal(0, exit);
        Assert.Contains("Sign-ins", table, StringComparison.Ordinal);
        Assert.False((await OfAsync(home, "3002", "set", "3002", "others", "--for-ever")).TryGetProperty("nextKeepMonths", out _));

        var (_, events) = await CliProcess.RunAsync(home, "admin", "events", "--json");
        Assert.Equal(4, events.Split('\n').Count(line => line.Contains("audit.retention.changed", StringComparison.Ordinal)));
    }

    private static async Task<int> ExitAsync(string home, params string[] arguments) => (await CliProcess.RunAsync(home, ["admin", "audit", "retention", .. arguments])).ExitCode;

    private static async Task<JsonElement> OfAsync(string home, string ocsfClass, params string[] arguments)
    {
        var (exit, output) = await CliProcess.RunAsync(home, ["admin", "audit", "retention", .. arguments, "--json"]);
        Assert.True(exit == 0, $"{string.Join(' ', arguments)} ended with {exit}: {output}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Single(one => one.GetProperty("class").GetString() == ocsfClass);
    }
}
