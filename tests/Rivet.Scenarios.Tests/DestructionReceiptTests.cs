using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Scenarios.Tests;

/// <summary>A month is destroyed on a real server; its receipt comes by the terminal, and is judged by the verifier's own program elsewhere, without the server.</summary>
public sealed class DestructionReceiptTests
{
    [Fact]
    public async Task Receipt_OfADestroyedMonth_HoldsElsewhereAndNotOnceChangedOrUnderAnotherKey()
    {
        using var folder = new TempFolder();
        using var elsewhere = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var home = folder["ana"];
        Assert.Equal(0, (await CliProcess.RunAsync(home, "join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper")).ExitCode);
        var key = JsonDocument.Parse((await CliProcess.RunAsync(home, "admin", "audit", "show", "--json")).Output).RootElement.GetProperty("key").GetString()!;
        var company = key.Split('+')[0].Split('/')[^1];
        Assert.Equal(0, server.Stop());
        await DestroyAsync(server, new CompanyId(Guid.ParseExact(company, "N")));
        server.StartAgain();

        var index = await FindAsync(home);
        var file = elsewhere["receipt.txt"];
        var (exit, said) = await CliProcess.RunAsync(home, "admin", "audit", "receipt", index, "--output", file);
        Assert.True(exit == 0, said);
        Assert.NotEqual(0, (await CliProcess.RunAsync(home, "admin", "audit", "receipt", "0", "--output", elsewhere["none"])).ExitCode);
        Assert.False(File.Exists(elsewhere["none"]));
        await RequireForReadersAloneAsync(server, home, company, index, await File.ReadAllTextAsync(file, Company.Ct));
        var platform = key.Replace(company, "platform", StringComparison.Ordinal);
        Assert.Equal(0, server.Stop());

        var holds = await VerifyProcess.RunAsync("receipt", file, "--key", key);
        Assert.True(holds.ExitCode == 0, holds.Output);
        foreach (var part in new[] { "The receipt holds", "vault.key.destroyed", "application: messaging", "holder: Company", $"Company: {company}", $"entry {index}" })
        {
            Assert.Contains(part, holds.Output, StringComparison.Ordinal);
        }

        var untrusted = await VerifyProcess.RunAsync("receipt", file);
        Assert.Equal(2, untrusted.ExitCode);
        Assert.Contains("by a key you have not said you trust", untrusted.Output, StringComparison.Ordinal);

        var text = await File.ReadAllTextAsync(file, Company.Ct);
        await File.WriteAllTextAsync(elsewhere["changed.txt"], text.Replace("\"messaging\"", "\"massaging\"", StringComparison.Ordinal), Company.Ct);
        var changed = await VerifyProcess.RunAsync("receipt", elsewhere["changed.txt"], "--key", key);
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("a byte was changed", changed.Output, StringComparison.Ordinal);

        var id = Rivet.Transparency.NoteKey.Of(platform.Split('+')[0], Rivet.Transparency.NoteKeyKind.Ed25519, new byte[32]).ToString();
        var other = await VerifyProcess.RunAsync("receipt", file, "--key", id);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("your key is of", other.Output, StringComparison.Ordinal);
        var same = await VerifyProcess.RunAsync("receipt", file, "--key", Rivet.Transparency.NoteKey.Of(key.Split('+')[0], Rivet.Transparency.NoteKeyKind.Ed25519, new byte[32]).ToString());
        Assert.Equal(1, same.ExitCode);
        Assert.Contains("no statement leads from it to the key that you trust", same.Output, StringComparison.Ordinal);
    }

    /// <summary>The same receipt over HTTPS, under whatever checkpoint is the newest by then.</summary>
    private static async Task RequireForReadersAloneAsync(ServerProcess server, string home, string company, string index, string receipt)
    {
        var token = (await CliProcess.RunAsync(home, "admin", "audit", "reader", "add", "auditor")).Output.Split('\n')[0].Trim();
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{server.Port}/audit/{company}/receipts/") };
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri(index, UriKind.Relative), Company.Ct)).StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var again = await http.GetStringAsync(new Uri(index, UriKind.Relative), Company.Ct);
        Assert.Equal(receipt[..receipt.IndexOf("\nhash ", StringComparison.Ordinal)], again[..again.IndexOf("\nhash ", StringComparison.Ordinal)]);
        foreach (var other in new[] { "0", "99999", "-1", "x" })
        {
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync(new Uri(other, UriKind.Relative), Company.Ct)).StatusCode);
        }
    }

    /// <summary>The vault of the server's folders, while the server stands still.</summary>
    private static async Task DestroyAsync(ServerProcess server, CompanyId company)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<StorageOptions>().Configure(storage => storage.Folder = server.DataFolder);
        services.AddMigrations("storage", typeof(StorageModule).Assembly);
        services.AddSingleton<IStore>(provider => StoreBeside.Open(server.DataFolder, provider.GetServices<MigrationSource>()));
        services.AddVault(vault => vault.RootKeyFile = Path.Combine(server.KeysFolder, "root.key"));
        await using var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(Company.Ct);
        }

        Assert.True((await provider.GetRequiredService<IVault>().DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Of(TimeProvider.System.GetUtcNow())), Company.Ct)).IsOk);
    }

    private static async Task<string> FindAsync(string home)
    {
        string? found = null;
        await Until.HoldsAsync(async () =>
        {
            var (_, events) = await CliProcess.RunAsync(home, "admin", "events", "--json");
            found = events.Split('\n').FirstOrDefault(line => line.Contains("vault.key.destroyed", StringComparison.Ordinal));
            return found is not null;
        });
        return JsonDocument.Parse(found!).RootElement.GetProperty("sequence").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
