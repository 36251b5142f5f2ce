using System.Globalization;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Scans;

/// <summary>
/// The server's port as testssl.sh sees it: protocols, preference, forward secrecy, the certificate, every known attack. Left
/// out are HTTP headers (the pages' own tests read them), client simulations (they rest on recorded old browsers) and cipher
/// lists by strength (forward secrecy and sslscan list every suite there is).
/// </summary>
public sealed class TestSslTests
{
    private static readonly string[] Checks = ["--protocols", "--server-preference", "--pfs", "--server-defaults", "--vulnerable"];

    [Fact]
    public async Task TestSsl_OnThePort_FindsNothingThatNobodyJudged()
    {
        var program = Programs.Require("testssl");
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var findings = await ScanAsync(program, server, folder["scan.json"]);

        Assert.Equal("not offered", findings["SSLv2"].Text);
        Assert.Equal("not offered", findings["SSLv3"].Text);
        Assert.Equal("not offered", findings["TLS1"].Text);
        Assert.Equal("not offered", findings["TLS1_1"].Text);
        Assert.Equal("not offered", findings["TLS1_2"].Text);
        Assert.Equal("offered with final", findings["TLS1_3"].Text);
        Assert.Equal("TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256", findings["PFS_ciphers"].Text);
        Assert.Equal("TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256", findings["cipherorder_TLSv1_3"].Text);
        Assert.Contains("X25519", findings["cipher_negotiated"].Text, StringComparison.Ordinal);
        Assert.Equal("OK", findings["heartbleed"].Severity);
        Assert.Equal("OK", findings["ROBOT"].Severity);
        Assert.Equal("OK", findings["cert_trust"].Severity);
        var allowed = AllowedFindings.Of("testssl");
        Assert.DoesNotContain(findings.Values, finding => finding.Severity is not ("OK" or "INFO") && !allowed.ContainsKey(finding.Id));
    }

    private static async Task<IReadOnlyDictionary<string, Finding>> ScanAsync(string program, ServerProcess server, string report)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}");

        // No name is looked up and nobody outside is asked: "batch" goes on without questions, phoning out is off by default.
        string[] arguments =
        [
            "--quiet", "--warnings", "batch", "--ip", "127.0.0.1", "--nodns", "none", "--color", "0",
            "--add-ca", Path.Combine(server.DataFolder, "ca.pem"), "--jsonfile", report, .. Checks, target,
        ];
        var end = await Programs.RunAsync(program, arguments, null, Company.Ct);
        Assert.True(File.Exists(report), end.Output + end.Error);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(report, Company.Ct));
        var findings = json.RootElement.EnumerateArray().Select(item => new Finding(
            item.GetProperty("id").GetString()!, item.GetProperty("severity").GetString()!, item.GetProperty("finding").GetString()!));

        // CRIME is reported twice; the graver one counts.
        return findings.GroupBy(finding => finding.Id).ToDictionary(
            same => same.Key, same => same.FirstOrDefault(finding => finding.Severity is not ("OK" or "INFO")) ?? same.First());
    }

    private sealed record Finding(string Id, string Severity, string Text);
}
