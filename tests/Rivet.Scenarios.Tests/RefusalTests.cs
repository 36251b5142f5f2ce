using System.Net.Sockets;
using System.Security.Cryptography;
using Rivet.Client.Link;
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
        var again = await LwsLink.ConnectAsync(company.Target, bo.Keys, null, TimeProvider.System, Company.Ct);
        Assert.Equal(LinkRefusal.Refused, again.Refusal);
        server.Kill();
        server.StartAgain();
        again = await LwsLink.ConnectAsync(company.Target, bo.Keys, null, TimeProvider.System, Company.Ct);
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

        var refused = await LwsLink.ConnectAsync(other, keys, null, TimeProvider.System, Company.Ct);

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
        var last = error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("rivet: ", last, StringComparison.Ordinal);
        Assert.Contains($"{port}", last, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void RootKey_OfAnotherServer_IsRefusedAndNothingIsLost()
    {
        using var folder = new TempFolder();
        string invitation;
        using (var server = ServerProcess.Start(folder))
        {
            invitation = server.Invitation!;
            server.Stop();
        }

        var root = Path.Combine(folder["keys"], "root.key");
        var right = File.ReadAllBytes(root);
        File.Move(root, root + ".away");

        var (code, error) = ServerProcess.RunToRefusal("--data", folder["data"], "--keys", folder["keys"], "--port", "0");

        Assert.Equal(1, code);
        Assert.NotEmpty(error);
        Assert.NotEmpty(invitation);
        File.Move(root + ".away", root, overwrite: true);
        Assert.Equal(right, File.ReadAllBytes(root));
        using var again = ServerProcess.Start(folder);
        Assert.NotNull(again.Invitation);
    }
}
