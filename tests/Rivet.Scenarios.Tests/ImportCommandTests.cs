using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet import slack</c> as its own process against a real server.</summary>
public sealed class ImportCommandTests
{
    [Fact]
    public async Task ImportSlack_SampleAndThenADamagedOne_CountsAndNamesThePlace()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        ZipFile.CreateFromDirectory(Path.Combine(Fixtures.RepositoryRoot(), "samples", "company"), folder["company.zip"]);
        await RunAsync(folder, 0, "join", server.Invitation!, "--company", "Copper & Ginkgo", "--name", "Ana");

        var first = await RunAsync(folder, 0, "import", "slack", folder["company.zip"], "--json");
        var second = await RunAsync(folder, 0, "import", "slack", folder["company.zip"], "--json");
        using (var zip = ZipFile.Open(folder["company.zip"], ZipArchiveMode.Update))
        {
            zip.GetEntry("orders/2024-03-15.json")!.Delete();
            await using var writer = new StreamWriter(zip.CreateEntry("orders/2024-03-15.json").Open());
            await writer.WriteAsync("[{]");
        }

        var damaged = await RunAsync(folder, 1, "import", "slack", folder["company.zip"], "--json");

        Assert.Equal((209, 13, 4), (Number(first, "records"), Number(first, "peopleAdded"), Number(first, "files")));
        Assert.Equal((209, 0), (Number(second, "records"), Number(second, "entriesAdded")));
        Assert.Equal("import-stopped", damaged.GetProperty("type").GetString());
        Assert.Equal("orders/2024-03-15.json", damaged.GetProperty("entry").GetString());
        Assert.Equal(0, Number(damaged, "record"));
    }

    private static int Number(JsonElement line, string name) => line.GetProperty(name).GetInt32();

    private static async Task<JsonElement> RunAsync(TempFolder folder, int expected, params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var program = Path.Combine(Fixtures.RepositoryRoot(), "artifacts", "bin", "Rivet.Cli", configuration, "rivet-cli");
        var start = new ProcessStartInfo(program, ["--home", folder["home"], .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_CONFIG_HOME"] = folder["config"];
        start.Environment["LC_ALL"] = "en_US.UTF-8";
        using var command = Process.Start(start)!;
        var error = command.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await command.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await command.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(command.ExitCode == expected, $"{command.ExitCode}: {output} {await error}");
        return output.StartsWith('{') ? JsonDocument.Parse(output.Split('\n')[0]).RootElement.Clone() : default;
    }
}
