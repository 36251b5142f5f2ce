using System.Globalization;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Scans;

/// <summary>
/// What scanners cannot see: a connection over another group than X25519 completes TLS and is then closed before a byte of
/// it is read (docs/decisions/0006). Every group that allowed.txt lets a scanner report is tried here.
/// </summary>
public sealed class GroupTests
{
    private const string Request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    public static TheoryData<string> RefusedGroups => [.. AllowedFindings.Of("sslscan").Keys];

    [Theory]
    [MemberData(nameof(RefusedGroups))]
    public async Task Group_ThatIsNotAllowed_IsClosedUnread(string group)
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var refused = await AskAsync(server.Port, group, "http/1.1");

        Assert.Contains("TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1", refused.Replace("protocol: http/1.1", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_X25519_IsAnswered()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var answered = await AskAsync(server.Port, "x25519", "http/1.1");

        Assert.Contains("Server Temp Key: X25519", answered, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200 OK", answered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_OfferedAgain_IsNotResumed()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        await AskAsync(server.Port, "x25519", "http/1.1", "-sess_out", folder["session"]);
        var again = await AskAsync(server.Port, "x25519", "http/1.1", "-sess_in", folder["session"]);

        Assert.True(File.Exists(folder["session"]), "The server gave no ticket, so there is nothing to try.");
        Assert.Contains("HTTP/1.1 200 OK", again, StringComparison.Ordinal);
        Assert.Contains("New, TLSv1.3", again, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused, TLSv1.3", again, StringComparison.Ordinal);
    }

    /// <summary>What OpenSSL's client says about the connection and what came over it, until the server closes.</summary>
    private static async Task<string> AskAsync(int port, string group, string alpn, params string[] more)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        string[] arguments = ["s_client", "-connect", target, "-groups", OpenSslName(group), "-alpn", alpn, "-ign_eof", .. more];
        return (await Programs.RunAsync(Programs.Require("openssl"), arguments, Request, Company.Ct)).Output;
    }

    private static string OpenSslName(string group) => group switch
    {
        "secp256r1" => "P-256",
        "secp384r1" => "P-384",
        "secp521r1" => "P-521",
        "x25519" => "X25519",
        "x448" => "X448",
        _ => group,
    };
}
