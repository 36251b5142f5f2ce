using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rivet.Certificates;
using Rivet.Certificates.Folder;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Scenarios.Tests.Proxy;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests.Certificates;

/// <summary>The real server, the real command and pebble, over real ports: certificates come, change and fail while people talk.</summary>
public sealed class AcmeTests(AcmeTown town) : IClassFixture<AcmeTown>
{
    [Theory]
    [InlineData("http-01")]
    [InlineData("tls-alpn-01")]
    public async Task Use_AgainstPebble_ServesACertificateThatABrowserAccepts(string challenge)
    {
        var before = await AcmeTown.LookAsync(town.Server);

        var used = await town.UseAsync(town.Pebble, challenge);

        Assert.True(used.ExitCode == 0, used.Output + used.Error);
        var shown = await AcmeTown.BrowseAsync(town.Server, await town.Pebble.TrustAsync());
        Assert.NotEqual(before.Thumbprint, shown.Thumbprint);
        Assert.Contains("Pebble", shown.Issuer, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", used.Output + used.Error + town.Server.Log, StringComparison.Ordinal);
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"http://127.0.0.1:{town.Pebble.HttpPort}/"), Company.Ct)); // the door is shut again
    }

    /// <summary>The port that the world sees as 443 is a proxy which passes TLS on, with the documented configuration.</summary>
    [Fact]
    public async Task UseTlsAlpn_ThroughHaProxy_Works()
    {
        using var folder = new TempFolder();
        var text = await File.ReadAllTextAsync(Path.Combine(Fixtures.RepositoryRoot(), "samples", "proxy", "haproxy.cfg"), Company.Ct);
        using var proxy = await ProxyProcess.HaProxyAsync(folder, port => text
            .Replace("bind :443", $"bind 127.0.0.1:{port}", StringComparison.Ordinal).Replace("192.0.2.10:8443", $"127.0.0.1:{town.Server.Port}", StringComparison.Ordinal));
        using var pebble = await PebbleProcess.StartAsync(folder, proxy.Port);

        var used = await town.UseAsync(pebble, "tls-alpn-01");

        Assert.True(used.ExitCode == 0, used.Output + used.Error);
        await AcmeTown.BrowseAsync(town.Server, await pebble.TrustAsync());
    }

    /// <summary>
    /// People do not notice: a link that was made before the renewal answers behind it, the terminal client hears a message in
    /// the same process, whoever comes later is shown the new certificate, and a joined device signs in again.
    /// </summary>
    [Fact]
    public async Task Renew_WhilePeopleTalk_DropsNobody()
    {
        Assert.Equal(0, (await town.UseAsync(town.Pebble, "tls-alpn-01")).ExitCode);
        var before = await AcmeTown.LookAsync(town.Server);
        var bo = await town.Company.AddAsync("Bo");
        var conversation = await town.Company.Founder.OpenDirectAsync(bo);
        var home = town.Folder[$"home-{Guid.NewGuid():N}"];
        var cleo = await JoinAsync(home, "Cleo");
        using var listening = CliProcess.Start(home, "listen", "--json");
        var group = await town.Company.Founder.AskAsync(
            Method.CreateConversation, new CreateConversationRequest { Kind = ConversationKind.Group, Title = "Over the renewal", Members = { cleo } }, CreateConversationResponse.Parser);
        await town.Company.Founder.SendAsync(group.Conversation.ConversationId, "before");
        await HearAsync(listening, "before");

        var renewed = await town.CertificateAsync("renew");

        Assert.True(renewed.ExitCode == 0, renewed.Output + renewed.Error);
        var after = await AcmeTown.BrowseAsync(town.Server, await town.Pebble.TrustAsync());
        Assert.NotEqual(before.Thumbprint, after.Thumbprint);
        Assert.False(town.Company.Founder.Link.Closed.IsCompleted);
        Assert.False(bo.Link.Closed.IsCompleted);
        await town.Company.Founder.SendAsync(conversation, "over the renewal");
        await bo.WaitForTextAsync("over the renewal");
        await town.Company.Founder.SendAsync(group.Conversation.ConversationId, "after");
        await HearAsync(listening, "after");

        await bo.ReconnectAsync(); // the device pinned the server's identity, not its certificate
        Assert.Contains(await bo.ReadAsync(conversation), entry => Device.Text(entry) == "over the renewal");
        await town.Company.AddAsync("Dee"); // and so does an invitation
    }

    /// <summary>SIGKILL as soon as the order is on the disk; the next start comes to the end by itself.</summary>
    [Fact]
    public async Task Kill_WhileOrdering_IsGoneOnFromByTheNextStart()
    {
        Assert.Equal(0, (await town.CertificateAsync("use", "own")).ExitCode);
        var order = Path.Combine(town.Server.KeysFolder, "certificates", "order.json");
        var asked = town.UseAsync(town.Pebble, "tls-alpn-01");
        await UntilAsync(() => File.Exists(order) || asked.IsCompleted);
        town.Server.Kill();
        town.Server.StartAgain();

        await UntilAsync(() => Desk.Show().Served?.Source is CertificateSourceKind.Acme, () => $"{Desk.Show()}");

        await AcmeTown.BrowseAsync(town.Server, await town.Pebble.TrustAsync());
        await town.Company.Founder.ReconnectAsync();
        Assert.True((await asked).ExitCode is 0 or 7, (await asked).Error);
    }

    [Theory]
    [InlineData(0, "acme.invalid")]
    [InlineData(1, "acme.port")]
    public async Task Use_ThatCannotBeProven_KeepsWhatIsServed(int taken, string reason)
    {
        using var elsewhere = new System.Net.Sockets.TcpListener(IPAddress.Any, 0);
        elsewhere.Start();
        var port = ((IPEndPoint)elsewhere.LocalEndpoint).Port;
        if (taken == 0)
        {
            elsewhere.Stop(); // free, but not where pebble looks
        }

        var before = await AcmeTown.LookAsync(town.Server);

        var used = await town.UseAsync(town.Pebble, "http-01", port);

        Assert.Equal(1, used.ExitCode);
        Assert.Equal(reason, Show().GetProperty("lastRefusal").GetString());
        Assert.Contains("served on", used.Error, StringComparison.Ordinal);
        Assert.Equal(before.Thumbprint, (await AcmeTown.LookAsync(town.Server)).Thumbprint);
        Assert.Equal(0, (await town.CertificateAsync("use", "own")).ExitCode);
    }

    [Fact]
    public async Task Change_OfTheCertificate_IsMeasuredAndInTheSecurityLog()
    {
        Assert.Equal(0, (await town.CertificateAsync("use", "own")).ExitCode);
        Assert.Equal(0, (await town.CertificateAsync("renew")).ExitCode);
        var shown = (await AcmeTown.LookAsync(town.Server)).GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant();

        var (_, metrics) = await Https.GetAsync($"https://127.0.0.1:{town.Server.Port}/metrics");
        Assert.Matches("rivet_certificate_days_left[^\n]*source=\"own\"[^\n]* 89\\.", metrics);

        var recorded = await Recovery.RecoverProcess.EventAsync(town.Server, "certificate.replaced");
        Assert.Contains($"\"sha256\":\"{shown}\"", recorded, StringComparison.Ordinal);
        Assert.Contains("\"status_id\":1", recorded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("use")]
    [InlineData("use", "own", "--acme", "https://acme.example.org/directory", "--agree-to-terms")]
    [InlineData("use", "--acme", "https://acme.example.org/directory")]
    [InlineData("use", "elsewhere")]
    [InlineData("use", "--acme", "https://acme.example.org/directory", "--agree-to-terms", "--challenge", "dns-01")]
    [InlineData("use", "--acme", "https://acme.example.org/directory", "--agree-to-terms", "--http-port", "0")]
    [InlineData("use", "--acme", "http://acme.example.org/directory", "--agree-to-terms")]
    [InlineData("use", "--acme", "https://acme.example.org/directory", "--agree-to-terms", "--name", "*.example.org")]
    [InlineData("import", "/nowhere/chain.pem")]
    public async Task Words_ThatCannotBe_ChangeNothing(params string[] words)
    {
        var settings = Path.Combine(town.Server.KeysFolder, "certificates", "settings.json");
        var before = File.Exists(settings) ? await File.ReadAllTextAsync(settings, Company.Ct) : null;

        var end = await town.CertificateAsync(words);

        Assert.Equal(1, end.ExitCode);
        Assert.NotEmpty(end.Error);
        Assert.DoesNotContain("   at ", end.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.Exists(settings) ? await File.ReadAllTextAsync(settings, Company.Ct) : null);
    }

    private CertificateDesk Desk => new(Path.Combine(town.Server.KeysFolder, "certificates"), TimeProvider.System);

    private JsonElement Show()
    {
        var end = town.CertificateAsync("show", "--json").GetAwaiter().GetResult();
        Assert.True(end.ExitCode == 0, end.Error);
        return JsonDocument.Parse(end.Output).RootElement.Clone();
    }

    private async Task<Google.Protobuf.ByteString> JoinAsync(string home, string name)
    {
        var invited = await town.Company.Founder.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Wire.Role.Member, PersonName = name }, CreateInvitationResponse.Parser);
        Assert.True(InvitationCode.TryRead(invited.Code.Span, out var invitation));
        var link = new InvitationLink { Host = "localhost", Port = town.Server.Port, ServerKey = town.Company.Target.ServerKey, Code = invitation };
        var (code, output) = await CliProcess.RunAsync(home, "join", link.Reveal(), "--name", name, "--json");
        Assert.True(code == 0, output);
        var (_, who) = await CliProcess.RunAsync(home, "whoami", "--json");
        return Google.Protobuf.ByteString.CopyFrom(Guid.Parse(JsonDocument.Parse(who).RootElement.GetProperty("person").GetString()!).ToByteArray(bigEndian: true));
    }

    private static async Task HearAsync(CliProcess listening, string text)
    {
        while (await listening.ReadAsync() is { } line)
        {
            if (line.TryGetProperty("text", out var heard) && heard.GetString() == text)
            {
                return;
            }
        }

        Assert.Fail($"The terminal client ended before it heard \"{text}\".");
    }

    private static async Task UntilAsync(Func<bool> holds, Func<string>? state = null)
    {
        for (var deadline = Stopwatch.StartNew(); !holds(); await Task.Delay(20, Company.Ct))
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(90), $"It did not come to that: {state?.Invoke()}");
        }
    }
}
