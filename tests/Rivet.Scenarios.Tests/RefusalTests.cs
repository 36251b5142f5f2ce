using System.Net.Sockets;
using System.Security.Cryptography;
using Rivet.Client.Native.Tls;
using Rivet.Link;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

public sealed class RefusalTests
{
    [Fact]
    public async Task Device_SignedOut_IsClosedAtOnceAndRefusedForGood()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");

        await company.Founder.AskAsync(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = bo.Id }, SignOutDeviceResponse.Parser);

        Assert.Equal(CloseReason.SignedOut, await bo.Link.Closed.WaitAsync(TimeSpan.FromSeconds(2), Company.Ct));
        var again = await TlsLink.ConnectAsync(company.Target, bo.Keys, null, null, TimeProvider.System, Company.Ct);
        Assert.Equal(LinkRefusal.Refused, again.Refusal);
        server.Kill();
        server.StartAgain();
        again = await TlsLink.ConnectAsync(company.Target, bo.Keys, null, null, TimeProvider.System, Company.Ct);
        Assert.Equal(LinkRefusal.Refused, again.Refusal);
    }

    [Fact]
    public async Task WrongServerKey_IsNoticedBeforeAnythingIsShown()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var other = company.Target with { ServerKey = RandomNumberGenerator.GetBytes(32) };
        using var keys = DeviceKeys.Create();

        var refused = await TlsLink.ConnectAsync(other, keys, null, null, TimeProvider.System, Company.Ct);

        Assert.Equal(LinkRefusal.WrongServerKey, refused.Refusal);
    }

    [Fact]
    public async Task Garbage_OnThePort_DisturbsNobody()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);

        for (var round = 0; round < 50; round++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", server.Port, Company.Ct);
            var garbage = RandomNumberGenerator.GetBytes(1 + (round * 40));
            try
            {
                await socket.SendAsync(garbage, Company.Ct);
            }
            catch (SocketException)
            {
                continue; // It hung up on us already, which is as good.
            }
        }

        await company.Founder.SendAsync(conversation, "still here");
        await bo.WaitForTextAsync("still here");
    }

    [Fact]
    public void SecondServer_OnTheSameFolder_SaysSoInOneLine()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var (code, error) = ServerProcess.RunToRefusal("--data", server.DataFolder, "--keys", server.KeysFolder, "--port", "0");

        Assert.Equal(1, code);
        Assert.Contains("Another Rivet server uses", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void KeysFolder_InsideTheData_IsRefused()
    {
        using var folder = new TempFolder();

        var (code, error) = ServerProcess.RunToRefusal("--data", folder["data"], "--keys", Path.Combine(folder["data"], "keys"), "--port", "0");

        Assert.Equal(1, code);
        Assert.Contains("inside the data folder", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TakenPort_IsNamed()
    {
        using var folder = new TempFolder();
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        var (code, error) = ServerProcess.RunToRefusal("--data", folder["data"], "--keys", folder["keys"], "--port", $"{port}");

        Assert.Equal(1, code);
        Assert.Contains($":{port}: address already in use", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void RootKey_OfAnotherServer_IsRefusedAndNothingIsChanged()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        StartAndStop(folder);
        StartAndStop(other);

        var (code, error) = ServerProcess.RunToRefusal("--data", folder["data"], "--keys", other["keys"], "--port", "0");

        Assert.Equal(1, code);
        Assert.Contains("is not the one this store's keys are wrapped under", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        StartAndStop(folder);
    }

    [Fact]
    public void RootKey_Missing_IsRefusedAndNotReplaced()
    {
        using var folder = new TempFolder();
        StartAndStop(folder);
        var root = Path.Combine(folder["keys"], "root.key");
        File.Move(root, root + ".away");

        var (code, error) = ServerProcess.RunToRefusal("--data", folder["data"], "--keys", folder["keys"], "--port", "0");

        Assert.Equal(1, code);
        Assert.Contains("is missing", error, StringComparison.Ordinal);
        Assert.False(File.Exists(root));
        File.Move(root + ".away", root);
        StartAndStop(folder);
    }

    [Theory]
    [InlineData("--port", "eleven")]
    [InlineData("--port", "65536")]
    [InlineData("--host", "two words")]
    [InlineData("--quota", "-1")]
    [InlineData("--data", "/proc/rivet")]
    public void Option_OfNoUse_IsNamedInOneLine(string option, string value)
    {
        using var folder = new TempFolder();
        string[] usual = ["--keys", folder["keys"], "--port", "0", "--data", folder["data"]];
        var at = Array.IndexOf(usual, option);
        string[] arguments = at < 0 ? [.. usual, option, value] : [.. usual[..at], option, value, .. usual[(at + 2)..]];

        var (code, error) = ServerProcess.RunToRefusal(arguments);

        Assert.Equal(1, code);
        Assert.Contains(value, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static void StartAndStop(TempFolder folder)
    {
        using var server = ServerProcess.Start(folder);
        Assert.Equal(0, server.Stop());
    }
}
