using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests.Transit;

/// <summary>Applications use the real server's cryptographic API over HTTPS, each by its own token.</summary>
public sealed class TransitTests : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly ServerProcess server;
    private readonly HttpClient http;
    private Company? company;

    public TransitTests()
    {
        server = ServerProcess.Start(folder);
        var authority = X509CertificateLoader.LoadCertificateFromFile(AuthorityFile);
        http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new()
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        });
    }

    private string AuthorityFile => Path.Combine(server.DataFolder, "ca.pem");

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await (company?.DisposeAsync() ?? ValueTask.CompletedTask);
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task NodeVault_WithItsTokenAlone_DoesAllAnApplicationDoes()
    {
        company = await Company.FoundAsync(server);
        var token = await AddAsync("shop");

        var end = await NodeVault.RunAsync($"https://localhost:{server.Port}", AuthorityFile, token);

        Assert.True(end.ExitCode == 0, $"{end.Output}\n{end.Error}");
        Assert.Equal(
            ["known", "encrypted", "worked", "signed", "refused"],
            end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string)JsonNode.Parse(line)!["step"]!));
        var keys = await company.Founder.AskAsync(Method.ListTransitKeys, new ListTransitKeysRequest(), ListTransitKeysResponse.Parser);
        var key = Assert.Single(keys.Keys);
        Assert.Equal(("orders", "aes256-gcm96", "shop", 2u), (key.Name, key.Type, key.Owner, key.Latest));
        Assert.True(key.Uses > 10);

        // The log says what was done, in words that name no plaintext.
        var events = await company.Founder.AskAsync(Method.ReadEvents, new ReadEventsRequest { Limit = 200 }, ReadEventsResponse.Parser);
        var lines = events.Events.Select(line => line.ToString()).Where(line => line.Contains("transit.", StringComparison.Ordinal)).ToArray();
        Assert.Contains(lines, line => line.Contains("transit.key.deleted", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("transit.used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Application_RemovedOrRestarted_IsRefusedOrGoesOn()
    {
        company = await Company.FoundAsync(server);
        var (shop, other) = (await AddAsync("shop"), await AddAsync("other", ("orders", "encrypt")));
        Assert.Equal(200, (await CallAsync(shop, "keys/orders", new { })).Status);
        var ciphertext = (string)(await CallAsync(shop, "encrypt/orders", new { plaintext = "aGVsbG8=" })).Body!["data"]!["ciphertext"]!;
        Assert.Equal(200, (await CallAsync(other, "encrypt/orders", new { plaintext = "aGVsbG8=" })).Status);
        Assert.Equal(403, (await CallAsync(other, "decrypt/orders", new { ciphertext })).Status);

        server.Kill();
        server.StartAgain();
        await company.Founder.ReconnectAsync();
        var opened = await CallAsync(shop, "decrypt/orders", new { ciphertext });
        Assert.Equal("aGVsbG8=", (string)opened.Body!["data"]!["plaintext"]!);

        await company.Founder.AskAsync(
            Method.RemoveTransitApplication, new RemoveTransitApplicationRequest { Name = "shop" }, RemoveTransitApplicationResponse.Parser);
        Assert.Equal(403, (await CallAsync(shop, "decrypt/orders", new { ciphertext })).Status);
        var stored = Directory.EnumerateFiles(server.DataFolder, "rivet.db*").Select(ReadShared).ToArray();
        Assert.All(stored, bytes => Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(shop)) < 0, "the token is stored"));
    }

    [Fact]
    public async Task Member_WhoIsNoAdministrator_MayNotAddApplications()
    {
        company = await Company.FoundAsync(server);
        var member = await company.AddAsync("Bo");
        var refused = await member.RefusedAsync(
            Method.AddTransitApplication, new AddTransitApplicationRequest { Name = "mine", Days = 1 }, AddTransitApplicationResponse.Parser);
        Assert.Equal((RefusalCode.Denied, "access.role"), (refused.Code, refused.Reason));
        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.ListTransitKeys, new ListTransitKeysRequest(), ListTransitKeysResponse.Parser)).Code);
    }

    [Fact]
    public async Task Terminal_AddsListsAndRemovesAnApplication()
    {
        Assert.Equal(0, (await CliProcess.RunAsync(folder["home"], "join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper")).ExitCode);
        var added = await CliProcess.RunAsync(folder["home"], "admin", "transit", "app", "add", "shop", "--key", "orders-*", "--may", "create,encrypt", "--key", "*", "--may", "read", "--days", "7");
        Assert.Equal(0, added.ExitCode);
        Assert.Equal(200, (await CallAsync(added.Output.Trim(), "keys/orders-1", new { })).Status);
        Assert.Equal(403, (await CallAsync(added.Output.Trim(), "keys/people", new { })).Status);

        var listed = await CliProcess.RunAsync(folder["home"], "--json", "admin", "transit", "app", "list");
        Assert.Contains("\"key\":\"orders-*\",\"may\":\"encrypt,create\"", listed.Output, StringComparison.Ordinal);
        Assert.Contains("orders-1", (await CliProcess.RunAsync(folder["home"], "admin", "transit", "key", "list")).Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await CliProcess.RunAsync(folder["home"], "admin", "transit", "app", "add", "odd", "--key", "a")).ExitCode);
        Assert.NotEqual(0, (await CliProcess.RunAsync(folder["home"], "admin", "transit", "app", "add", "odd", "--key", "a", "--may", "export")).ExitCode);
        Assert.Equal(0, (await CliProcess.RunAsync(folder["home"], "admin", "transit", "app", "remove", "shop")).ExitCode);
        Assert.Equal(403, (await CallAsync(added.Output.Trim(), "keys/orders-2", new { })).Status);
    }

    private async Task<string> AddAsync(string name, params (string Pattern, string Operation)[] grants)
    {
        var request = new AddTransitApplicationRequest { Name = name, Days = 30 };
        request.Grants.Add(grants.Select(grant => new TransitGrant { Pattern = grant.Pattern, Operations = { grant.Operation } }));
        return (await company!.Founder.AskAsync(Method.AddTransitApplication, request, AddTransitApplicationResponse.Parser)).Token;
    }

    private async Task<(int Status, JsonNode? Body)> CallAsync(string token, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://localhost:{server.Port}/v1/transit/{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Vault-Token", token);
        using var response = await http.SendAsync(request, Company.Ct);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Company.Ct)));
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
