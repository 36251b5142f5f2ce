using System.Globalization;
using System.Xml.Linq;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Scans;

/// <summary>The server's port as sslscan sees it.</summary>
public sealed class SslScanTests
{
    [Fact]
    public async Task SslScan_OnThePort_SeesTls13AndTwoSuitesOnly()
    {
        var program = Programs.Require("sslscan");
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var scan = await ScanAsync(program, server.Port, folder["scan.xml"]);

        Assert.Equal(
            ["ssl 2 0", "ssl 3 0", "tls 1.0 0", "tls 1.1 0", "tls 1.2 0", "tls 1.3 1"],
            scan.Elements("protocol").Select(protocol => $"{Of(protocol, "type")} {Of(protocol, "version")} {Of(protocol, "enabled")}").Order());
        Assert.Equal(
            ["TLSv1.3 TLS_AES_256_GCM_SHA384", "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256"],
            scan.Elements("cipher").Select(cipher => $"{Of(cipher, "sslversion")} {Of(cipher, "cipher")}").Order());
        Assert.All(scan.Elements("heartbleed"), heartbleed => Assert.Equal("0", Of(heartbleed, "vulnerable")));
        Assert.All(scan.Elements("renegotiation"), renegotiation => Assert.Equal("0", Of(renegotiation, "supported")));
        Assert.All(scan.Elements("compression"), compression => Assert.Equal("0", Of(compression, "supported")));
        Assert.All(scan.Descendants("expired"), expired => Assert.Equal("false", expired.Value));
    }

    /// <summary>The scanner counts a group when TLS comes about; what becomes of such a connection is <see cref="GroupTests"/>' to see.</summary>
    [Fact]
    public async Task SslScan_OnThePort_SeesNoGroupThatNobodyJudged()
    {
        var program = Programs.Require("sslscan");
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var scan = await ScanAsync(program, server.Port, folder["scan.xml"]);

        var groups = scan.Elements("group").Select(group => Of(group, "name").Split(' ')[0]).ToList();
        Assert.Contains("x25519", groups);
        Assert.Empty(groups.Except(["x25519", "X25519MLKEM768"]).Except(AllowedFindings.Of("sslscan").Keys));
    }

    private static async Task<XElement> ScanAsync(string program, int port, string report)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var end = await Programs.RunAsync(program, ["--no-colour", $"--xml={report}", target], null, Company.Ct);
        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        return XDocument.Load(report).Root!.Element("ssltest") ?? throw new InvalidOperationException(File.ReadAllText(report));
    }

    private static string Of(XElement element, string attribute) => element.Attribute(attribute)?.Value ?? "";
}
