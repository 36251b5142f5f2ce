using Google.Protobuf;
using Microsoft.Playwright;
using Rivet.Client.Native.Tls;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Browser.Tests;

/// <summary>A real server whose company was founded on the set-up page.</summary>
public sealed class Site(ServerProcess server, TempFolder folder) : IAsyncDisposable
{
    public const string CompanyName = "Copper & Ginkgo";

    private readonly List<JoinedDevice> devices = [];

    public ServerProcess Server => server;

    public string Address => server.Announced.GetProperty("address").GetString()!;

    public string Code => server.Announced.GetProperty("administratorCode").GetString()!;

    public static Site Start()
    {
        var folder = new TempFolder();
        return new Site(ServerProcess.Start(folder), folder);
    }

    /// <summary>Fills in the set-up page; ends on the page that shows the first device's command.</summary>
    public async Task<string> SetUpAsync(IPage page, string person = "Ana Costa")
    {
        await page.FillAsync("#code", Code);
        await page.FillAsync("#company", CompanyName);
        await page.FillAsync("#person", person);
        await page.ClickAsync("main form button");
        return await page.Locator(".rv-copy .text").First.InnerTextAsync();
    }

    /// <summary>Joins as the command of an invitation says.</summary>
    public async Task<JoinedDevice> JoinAsync(string command, string person, string device)
    {
        Assert.True(InvitationLink.TryParse(command.Split(' ')[^1], out var invitation), command);
        var joined = await JoinedDevice.JoinAsync(
            LinkTarget.Of(invitation),
            new Join { Code = ByteString.CopyFrom(invitation.Code.Bytes), PersonName = person, DeviceName = device });
        devices.Add(joined);
        return joined;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var device in devices)
        {
            await device.DisposeAsync();
        }

        server.Dispose();
        folder.Dispose();
    }
}

/// <summary>A device connected over the real link.</summary>
public sealed class JoinedDevice : IAsyncDisposable
{
    private readonly DeviceKeys keys;
    private readonly LwsLink link;

    private JoinedDevice(DeviceKeys keys, LwsLink link) => (this.keys, this.link) = (keys, link);

    private ByteString Id => link.Welcome.DeviceId;

    public static async Task<JoinedDevice> JoinAsync(LinkTarget target, Join join)
    {
        var keys = DeviceKeys.Create();
        var result = await TlsLink.ConnectAsync(target, keys, join, null, TimeProvider.System, TestContext.Current.CancellationToken);
        return new JoinedDevice(keys, result.Value);
    }

    private async Task<TResponse> AskAsync<TResponse>(Method method, IMessage request, MessageParser<TResponse> parser)
        where TResponse : class, IMessage<TResponse>
        => (await link.AskAsync(method, request, parser, TestContext.Current.CancellationToken)).Value;

    /// <summary>Opens a page as <c>rivet open</c> does; gives the address that works once.</summary>
    public async Task<string> OpenPageAsync()
    {
        var given = await AskAsync(Method.PageChallenge, new PageChallengeRequest(), PageChallengeResponse.Parser);
        byte[] signed = [.. "rivet page v1\0"u8, .. given.Challenge.Span];
        var signature = keys.Identity.Sign(signed);
        var opened = await AskAsync(
            Method.OpenPage, new OpenPageRequest { Challenge = given.Challenge, Signature = ByteString.CopyFrom(signature) }, OpenPageResponse.Parser);
        return opened.Url;
    }

    /// <summary>Signs itself out; the server may cut the link before the answer is read.</summary>
    public async Task SignOutAsync()
        => await link.AskAsync(
            Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = Id }, SignOutDeviceResponse.Parser, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await link.DisposeAsync();
        keys.Dispose();
    }
}
