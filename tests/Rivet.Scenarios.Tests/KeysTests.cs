using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet admin keys</c> against a real server: two administrators, each with a home of their own.</summary>
public sealed class KeysTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly ServerProcess server;

    public KeysTests() => server = ServerProcess.Start(folder);

    private string Ana => folder["ana"];

    private string Ben => folder["ben"];

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Rotate_AskedByOneApprovedByAnother_MovesEveryDataKey()
    {
        await TwoAdministratorsAsync();
        var before = await KeyAsync(Ana);
        Assert.Equal(("file", "active", 1), (before.GetProperty("root").GetString(), before.GetProperty("state").GetString(), before.GetProperty("version").GetInt32()));

        Assert.Equal(2, (await CliProcess.RunAsync(Ana, "admin", "keys", "rotate")).ExitCode);
        var request = await AskAsync("rotate", "--reason", "yearly 年度");
        Assert.Equal(3, (await CliProcess.RunAsync(Ana, "admin", "keys", "rotate", "--reason", "again")).ExitCode);
        Assert.Equal(3, (await CliProcess.RunAsync(Ana, "admin", "keys", "approve", request)).ExitCode);
        Assert.Equal(4, (await CliProcess.RunAsync(Ben, "admin", "keys", "approve", "00000000")).ExitCode);
        Assert.Equal("yearly 年度", Assert.Single(await JsonAsync(Ben, "admin", "keys", "requests", "--json")).GetProperty("reason").GetString());

        var (exit, shown) = await CliProcess.RunAsync(Ben, "admin", "keys", "approve", request[^8..]);
        Assert.Equal(0, exit);
        Assert.Contains("version 2", shown, StringComparison.Ordinal);
        var now = await KeyAsync(Ana);
        while (now.GetProperty("toRewrap").GetInt64() > 0)
        {
            now = await KeyAsync(Ana); // it goes on in the background; the project's limit ends this
        }

        Assert.Equal(2, now.GetProperty("version").GetInt32());
        var versions = (await JsonAsync(Ana, "admin", "keys", "show", "--json")).Where(line => line.GetProperty("type").GetString() == "keyVersion").ToList();
        Assert.Equal(0, versions[0].GetProperty("keys").GetInt64());
        Assert.True(versions[1].GetProperty("keys").GetInt64() > 0);
        Assert.Equal("approved", Assert.Single(await JsonAsync(Ana, "admin", "keys", "requests", "--json")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Disable_ByTwo_WithholdsContentButNotTheKeysThemselves_AndEnableGivesItBack()
    {
        await TwoAdministratorsAsync();
        Assert.Equal(0, (await CliProcess.RunAsync(Ana, "new", "--with", "Ben")).ExitCode);
        Assert.Equal(0, (await CliProcess.RunAsync(Ana, "send", "Ben", "before")).ExitCode);

        // Without a terminal nothing that takes something away is asked for, unless --yes says so.
        Assert.Equal(2, (await CliProcess.RunAsync(Ana, "admin", "keys", "disable", "--reason", "a device was stolen")).ExitCode);
        Assert.Empty(await JsonAsync(Ana, "admin", "keys", "requests", "--json"));
        await ApproveAsync(await AskAsync("disable", "--reason", "a device was stolen", "--yes"));
        Assert.Equal("disabled", (await KeyAsync(Ana)).GetProperty("state").GetString());
        var waits = await CliProcess.FailAsync(Ana, "send", "Ben", "while it is withheld", "--wait", "2");
        Assert.NotEqual(0, waits.ExitCode);
        Assert.Contains("Waits to be sent. Your company's key is withheld", waits.Complaints, StringComparison.Ordinal);
        Assert.Equal(3, (await CliProcess.RunAsync(Ana, "admin", "keys", "rotate", "--reason", "not now")).ExitCode);

        await ApproveAsync(await AskAsync("enable", "--reason", "found again"));
        Assert.Equal("active", (await KeyAsync(Ben)).GetProperty("state").GetString());
        Assert.Equal(0, (await CliProcess.RunAsync(Ana, "send", "Ben", "after")).ExitCode);
        var read = (await CliProcess.RunAsync(Ben, "read", "Ana")).Output;
        Assert.All(["before", "while it is withheld", "after"], text => Assert.Contains(text, read, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Destroy_ByTwo_WaitsAndIsCancelledByOne()
    {
        await TwoAdministratorsAsync();
        Assert.Equal(3, (await CliProcess.RunAsync(Ana, "admin", "keys", "cancel-destruction")).ExitCode);
        await ApproveAsync(await AskAsync("destroy", "--reason", "the company ends", "--yes"));
        var waits = await KeyAsync(Ana);
        Assert.Equal("awaits-destruction", waits.GetProperty("state").GetString());
        Assert.InRange(waits.GetProperty("destroyed").GetDateTime(), DateTime.UtcNow.AddDays(6.9), DateTime.UtcNow.AddDays(7.1));
        Assert.Equal(0, (await CliProcess.RunAsync(Ben, "admin", "keys", "cancel-destruction")).ExitCode);
        Assert.Equal("active", (await KeyAsync(Ana)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_WrappedByOpenSslOrByTheProgram_IsTheNewVersion(bool byOpenSsl)
    {
        await TwoAdministratorsAsync();
        await File.WriteAllBytesAsync(folder["key.bin"], RandomNumberGenerator.GetBytes(32), Company.Ct);
        var (exit, printed) = await CliProcess.RunAsync(Ana, "admin", "keys", "import", "begin", "--output", folder["public.pem"]);
        Assert.Equal(0, exit);
        Assert.Equal(2, (await CliProcess.RunAsync(Ana, "admin", "keys", "import", "begin", "--output", folder["public.pem"])).ExitCode);
        if (byOpenSsl)
        {
            await OpenSslAsync();
        }
        else
        {
            // A home that never joined: no server is needed.
            Assert.Equal(0, (await CliProcess.RunAsync(
                folder["nobody"], "admin", "keys", "import", "wrap", "--public-key", folder["public.pem"], "--key", folder["key.bin"], "--output", folder["wrapped.bin"])).ExitCode);
        }

        Assert.Equal(552, new FileInfo(folder["wrapped.bin"]).Length);
        var (asked, request) = await CliProcess.RunAsync(Ana, "admin", "keys", "import", "finish", printed.Trim(), "--wrapped", folder["wrapped.bin"], "--reason", "ours");
        Assert.Equal(0, asked);
        Assert.Equal(3, (await CliProcess.RunAsync(Ana, "admin", "keys", "import", "finish", printed.Trim(), "--wrapped", folder["wrapped.bin"], "--reason", "twice")).ExitCode);
        await ApproveAsync(request.Trim());
        var versions = (await JsonAsync(Ana, "admin", "keys", "show", "--json")).Where(line => line.GetProperty("type").GetString() == "keyVersion").ToList();
        Assert.Equal(["vault", "imported"], versions.Select(one => one.GetProperty("custody").GetString()));
        Assert.Equal(3, (await CliProcess.RunAsync(Ana, "admin", "keys", "rotate", "--reason", "an imported key")).ExitCode);
    }

    [Fact]
    public async Task Requests_OfAMember_AreDenied_AndMalformedOnesRefused()
    {
        await using var company = await Company.FoundAsync(server);
        var member = await company.AddAsync("Cy");
        var id = ByteString.CopyFrom(new byte[16]);
        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.ReadCompanyKey, new ReadCompanyKeyRequest(), ReadCompanyKeyResponse.Parser)).Code);
        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.AskKeyChange, Rotate("x"), AskKeyChangeResponse.Parser)).Code);
        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.ApproveKeyChange, new ApproveKeyChangeRequest { RequestId = id }, ApproveKeyChangeResponse.Parser)).Code);
        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.DeclineKeyChange, new DeclineKeyChangeRequest { RequestId = id }, DeclineKeyChangeResponse.Parser)).Code);
        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.CancelKeyDestruction, new CancelKeyDestructionRequest(), CancelKeyDestructionResponse.Parser)).Code);
        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.BeginKeyImport, new BeginKeyImportRequest(), BeginKeyImportResponse.Parser)).Code);

        var founder = company.Founder;
        Assert.Equal("key.reason", (await founder.RefusedAsync(Method.AskKeyChange, Rotate(" "), AskKeyChangeResponse.Parser)).Reason);
        Assert.Equal("key.reason", (await founder.RefusedAsync(Method.AskKeyChange, Rotate(new string('x', 201)), AskKeyChangeResponse.Parser)).Reason);
        Assert.Equal(RefusalCode.Conflict, (await founder.RefusedAsync(Method.AskKeyChange, new AskKeyChangeRequest { Action = (KeyChangeAction)99, Reason = "x" }, AskKeyChangeResponse.Parser)).Code);
        Assert.Equal("key.service", (await founder.RefusedAsync(
            Method.AskKeyChange,
            new AskKeyChangeRequest { Action = KeyChangeAction.KeyChangeUseKeyService, Reason = "x", Service = new KeyServiceAddress { Address = new string('a', 3000) } },
            AskKeyChangeResponse.Parser)).Reason);
        Assert.Equal("key.no-request", (await founder.RefusedAsync(Method.ApproveKeyChange, new ApproveKeyChangeRequest { RequestId = id }, ApproveKeyChangeResponse.Parser)).Reason);
        Assert.Equal("key.no-request", (await founder.RefusedAsync(Method.ApproveKeyChange, new ApproveKeyChangeRequest { RequestId = ByteString.CopyFrom(1, 2) }, ApproveKeyChangeResponse.Parser)).Reason);
    }

    private static AskKeyChangeRequest Rotate(string reason) => new() { Action = KeyChangeAction.KeyChangeRotate, Reason = reason };

    private async Task TwoAdministratorsAsync()
    {
        Assert.Equal(0, (await CliProcess.RunAsync(Ana, "join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper")).ExitCode);
        var invited = Assert.Single(await JsonAsync(Ana, "admin", "invite", "--name", "Ben", "--role", "administrator", "--json"));
        Assert.Equal(0, (await CliProcess.RunAsync(Ben, "join", invited.GetProperty("link").GetString()!, "--name", "Ben", "--device", "desk")).ExitCode);
    }

    private async Task<string> AskAsync(params string[] change)
    {
        var (exit, printed) = await CliProcess.RunAsync(Ana, ["admin", "keys", .. change]);
        Assert.Equal(0, exit);
        return printed.Trim();
    }

    private async Task ApproveAsync(string request)
        => Assert.Equal(0, (await CliProcess.RunAsync(Ben, "admin", "keys", "approve", request, "--yes")).ExitCode);

    private static async Task<JsonElement> KeyAsync(string home)
        => Assert.Single(await JsonAsync(home, "admin", "keys", "show", "--json"), line => line.GetProperty("type").GetString() == "companyKey");

    private static async Task<List<JsonElement>> JsonAsync(string home, params string[] arguments)
    {
        var (exit, output) = await CliProcess.RunAsync(home, arguments);
        Assert.Equal(0, exit);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
    }

    /// <summary>The commands of docs/operations/keys.md and of the page, as they stand there.</summary>
    private async Task OpenSslAsync()
    {
        const string commands = """
            set -e
            openssl rand -out once.bin 32
            openssl pkeyutl -encrypt -pubin -inkey public.pem -in once.bin -out wrapped.bin -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
            openssl enc -id-aes256-wrap-pad -iv A65959A6 -K "$(od -An -v -tx1 once.bin | tr -d ' \n')" -in key.bin >> wrapped.bin
            rm once.bin
            """;
        foreach (var line in commands.Split('\n').Where(line => line.StartsWith("openssl pkeyutl", StringComparison.Ordinal) || line.StartsWith("openssl enc", StringComparison.Ordinal)))
        {
            Assert.Contains(line, await File.ReadAllTextAsync(Path.Combine(Fixtures.RepositoryRoot(), "docs/operations/keys.md"), Company.Ct), StringComparison.Ordinal);
        }

        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", commands]) { WorkingDirectory = folder.Path })!;
        await shell.WaitForExitAsync(Company.Ct);
        Assert.Equal(0, shell.ExitCode);
    }
}
