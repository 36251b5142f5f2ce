using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>A restored server gives sequence numbers a second time: terminals with logs from before must miss nothing of what is said then.</summary>
public sealed class RewindTests
{
    [Fact]
    public async Task Terminals_AheadOfARestoredServer_ReadWhatIsSaidThen()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await JoinAsync(folder["ana"], server.Invitation!, "--name", "Ana", "--company", "Copper");
        var invited = JsonDocument.Parse(await RunAsync(folder["ana"], "admin", "invite", "--name", "Bo", "--json"));
        await JoinAsync(folder["bo"], invited.RootElement.GetProperty("link").GetString()!);
        await RunAsync(folder["ana"], "new", "--group", "Spring", "Bo");
        await SendAsync(folder["ana"], "one");
        await SendAsync(folder["bo"], "two");
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await backup.MakeAsync();
        foreach (var text in (string[])["three", "four", "five", "six"])
        {
            await SendAsync(folder["ana"], text);
        }

        Assert.Equal(["one", "two", "three", "four", "five", "six"], await ListenAsync(folder["bo"], 6));

        await backup.RebuildAsync();
        await SendAsync(folder["ana"], "other three");
        await SendAsync(folder["ana"], "other four");

        Assert.Equal(["other three", "other four"], await ListenAsync(folder["bo"], 2));
        Assert.Equal(["one", "two", "other three", "other four"], await TextsAsync(folder["bo"]));
        Assert.Equal(["one", "two", "other three", "other four"], await TextsAsync(folder["ana"]));
        await SendAsync(folder["bo"], "other five");
        Assert.Equal(["one", "two", "other three", "other four", "other five"], await TextsAsync(folder["ana"]));

        // And once more, from the same backup: the first restore's own messages are another line.
        await backup.RebuildAsync();
        await SendAsync(folder["bo"], "third three");
        Assert.Equal(["one", "two", "third three"], await TextsAsync(folder["ana"]));
        Assert.Equal(["one", "two", "third three"], await TextsAsync(folder["bo"]));
    }

    /// <summary>Going back from an upgrade by the steps of docs/operations/upgrade.md: the kept copy is a life of its own.</summary>
    [Fact]
    public async Task Terminals_AheadOfTheCopyFromBeforeAnUpgrade_ReadWhatIsSaidThen()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await JoinAsync(folder["ana"], server.Invitation!, "--name", "Ana", "--company", "Copper");
        var invited = JsonDocument.Parse(await RunAsync(folder["ana"], "admin", "invite", "--name", "Bo", "--json"));
        await JoinAsync(folder["bo"], invited.RootElement.GetProperty("link").GetString()!);
        await RunAsync(folder["ana"], "new", "--group", "Spring", "Bo");
        await SendAsync(folder["ana"], "one");
        await SendAsync(folder["bo"], "two");
        Assert.Equal(0, server.Stop());

        // A store that lacks the newest script of a module is one of an older version.
        var database = Path.Combine(server.DataFolder, "rivet.db");
        foreach (var undo in (string[])
            [
                "DROP TABLE messaging_policy", "DROP TABLE messaging_retention", "DROP TABLE messaging_usage", "DROP TABLE messaging_stored",
                "DROP INDEX messaging_file_begun", "ALTER TABLE messaging_file DROP COLUMN begun_ms",
                "DELETE FROM SchemaVersions WHERE ScriptName IN ('messaging/0003_policy.sql', 'messaging/0004_sealing.sql')",
            ])
        {
            SampleStore.Ask(database, undo);
        }

        server.StartAgain();
        foreach (var text in (string[])["three", "four", "five"])
        {
            await SendAsync(folder["ana"], text);
        }

        Assert.Equal(["one", "two", "three", "four", "five"], await ListenAsync(folder["bo"], 5));
        Assert.Equal(0, server.Stop());
        File.Move(Assert.Single(Directory.GetFiles(server.DataFolder, "rivet.before-*")), database, overwrite: true);
        server.StartAgain();
        await SendAsync(folder["ana"], "other three");

        Assert.Equal(["one", "two", "other three"], await TextsAsync(folder["bo"]));
        Assert.Equal(["one", "two", "other three"], await TextsAsync(folder["ana"]));
    }

    private static async Task JoinAsync(string home, string invitation, params string[] options)
        => Assert.Equal(0, (await CliProcess.RunAsync(home, ["join", invitation, .. options])).ExitCode);

    private static async Task<string> RunAsync(string home, params string[] arguments)
    {
        var (exit, output) = await CliProcess.RunAsync(home, arguments);
        Assert.True(exit == 0, $"{string.Join(' ', arguments)} ended with {exit}: {output}");
        return output;
    }

    private static Task<string> SendAsync(string home, string text) => RunAsync(home, "send", "Spring", text);

    private static async Task<List<string>> TextsAsync(string home)
        => [.. (await RunAsync(home, "read", "Spring", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.GetProperty("kind").GetString() == "post").Select(entry => entry.GetProperty("text").GetString()!)];

    /// <summary>The next posts a listener is given; it is stopped once it has said them.</summary>
    private static async Task<List<string>> ListenAsync(string home, int count)
    {
        using var listener = CliProcess.Start(home, "listen", "--json");
        var texts = new List<string>();
        while (texts.Count < count && await listener.ReadAsync() is { } entry)
        {
            if (entry.GetProperty("kind").GetString() == "post" && !entry.TryGetProperty("again", out _))
            {
                texts.Add(entry.GetProperty("text").GetString()!);
            }
        }

        return texts;
    }
}
