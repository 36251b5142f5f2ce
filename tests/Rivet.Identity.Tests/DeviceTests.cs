using Google.Protobuf;
using Rivet.Hosting.Link;
using Rivet.Identity.Devices;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

public sealed class DeviceTests
{
    [Fact]
    public async Task SignIn_Known_TellsWhoItIs()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var again = await server.SignInAsync(ada.Keys);

        Assert.Equal(ada.SignedIn, again);
        Assert.Single(await server.EventsAsync("identity.device.signed-in"));
    }

    [Fact]
    public async Task SignIn_Unknown_RefusesAndRecords()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Null(await server.SignInAsync(new TestKeys()));

        Assert.Equal("unknown", Assert.Single(await server.EventsAsync("identity.device.refused")).Details["cause"]);
    }

    [Fact]
    public async Task SignIn_VaultUnavailable_StillSignsIn()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        server.Vault.IsUnavailable = true;

        var signedIn = await server.SignInAsync(ada.Keys);

        Assert.Equal((ada.Subject, ""), (signedIn!.Subject, signedIn.PersonName));
    }

    [Fact]
    public async Task SignOut_Connected_ClosesTheConnectionAndRefusesTheKey()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob");
        var phone = await bob.AddDeviceAsync();
        var live = await phone.ConnectAsync();
        var other = await bob.ConnectAsync();

        await bob.SignOutAsync(phone);

        Assert.Equal((CloseReason.SignedOut, null), (live!.Closed, other!.Closed));
        Assert.Equal([phone.Subject.Device], server.Get<FakeTickets>().Dropped);
        Assert.Null(await server.SignInAsync(phone.Keys));
        Assert.Null(await phone.ConnectAsync());
        var refused = Assert.Single(await server.EventsAsync("identity.device.refused"));
        Assert.Equal(("signed-out", phone.Subject), (refused.Details["cause"], refused.Actor));
        Assert.Single(await server.EventsAsync("identity.device.signed-out"));
    }

    [Fact]
    public async Task Report_HostilePeer_IsRecordedWhereItBelongs()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob");
        var from = new LinkOrigin(System.Net.IPAddress.Parse("192.0.2.9"), LinkBinding.TlsExporter);

        await server.Get<IDeviceAuthority>().ReportAsync(bob.Subject, "record", from, CancellationToken.None);
        await server.Get<IDeviceAuthority>().ReportAsync(default, "malformed", from, CancellationToken.None);

        var events = await server.EventsAsync("identity.link.attacked");
        Assert.Equal(["record", "malformed"], events.Select(each => each.Details["cause"]));
        Assert.Equal([bob.Subject.Company, default], events.Select(each => each.Target.Company));
        Assert.All(events, each => Assert.Equal("192.0.2.9", each.Details["remote"]));
    }

    [Fact]
    public async Task SignOut_BetweenSignInAndWelcome_RefusesTheConnection()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob");
        var phone = await bob.AddDeviceAsync();
        Assert.NotNull(await server.SignInAsync(phone.Keys));

        await bob.SignOutAsync(phone);

        Assert.Null(await phone.ConnectAsync());
        Assert.Equal(0, server.Get<DeviceSessions>().Count);
    }

    [Fact]
    public async Task SignOut_WhileConnecting_NeverLeavesTheDeviceConnected()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob");
        for (var round = 0; round < 25; round++)
        {
            var phone = await bob.AddDeviceAsync();
            using var start = new Barrier(2);

            var connecting = Task.Run(() =>
            {
                start.SignalAndWait();
                return phone.ConnectAsync();
            });
            await Task.Run(() =>
            {
                start.SignalAndWait();
                return bob.SignOutAsync(phone);
            });

            var connection = await connecting;
            Assert.True(connection is null || connection.Closed == CloseReason.SignedOut, $"round {round}");
        }
    }

    [Fact]
    public async Task SignOut_Twice_ChangesNothingMore()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob");
        var phone = await bob.AddDeviceAsync();

        await bob.SignOutAsync(phone);
        await bob.SignOutAsync(phone);

        Assert.Single(await server.EventsAsync("identity.device.signed-out"));
    }

    [Fact]
    public async Task SignOut_ByAdministrator_IsAllowed()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var bob = await ada.BringAsync("Bob");
        var live = await bob.ConnectAsync();

        await ada.SignOutAsync(bob);

        Assert.Equal(CloseReason.SignedOut, live!.Closed);
    }

    [Fact]
    public async Task SignOut_ColleaguesDevice_IsDeniedAndNothingChanges()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var bob = await ada.BringAsync("Bob");
        var live = await ada.ConnectAsync();

        var refusal = await bob.RefusedAsync(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = ada.DeviceId });

        Assert.Equal((RefusalCode.Denied, null), (refusal.Code, live!.Closed));
        Assert.NotNull(await server.SignInAsync(ada.Keys));
    }

    [Fact]
    public async Task SignOut_DeviceOfAnotherCompany_IsNotFoundAndNothingChanges()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var eve = await server.FoundAnotherAsync();
        var live = await ada.ConnectAsync();

        var refusal = await eve.RefusedAsync(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = ada.DeviceId });

        Assert.Equal((RefusalCode.NotFound, null), (refusal.Code, live!.Closed));
        Assert.NotNull(await server.SignInAsync(ada.Keys));
    }

    [Fact]
    public async Task Connect_SameDeviceAgain_ReplacesTheOlderConnection()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var older = await ada.ConnectAsync();

        var newer = await ada.ConnectAsync();
        await server.Get<DeviceSessions>().ClosedAsync(older!);

        Assert.Equal((CloseReason.Replaced, null), (older!.Closed, newer!.Closed));
        Assert.True(server.Get<DeviceSessions>().IsOnline(ada.Subject.Device));
    }

    [Fact]
    public async Task Connect_AtAnotherProcess_ReplacesTheOlderConnection()
    {
        await using var server = await TestServer.StartAsync();
        var grains = server.Get<IGrainFactory>();
        var (here, there) = (new TestHolder(), new TestHolder());
        var device = Guid.CreateVersion7();
        var grain = grains.GetGrain<IDeviceSessionGrain>(device);

        await grain.ConnectedAsync(grains.CreateObjectReference<IConnectionHolder>(here));
        var thereReference = grains.CreateObjectReference<IConnectionHolder>(there);
        await grain.ConnectedAsync(thereReference);
        Assert.Equal((device, CloseReason.Replaced), await here.Closed.Task.WaitAsync(TimeSpan.FromSeconds(30)));

        await grain.SignOutAsync();
        Assert.Equal((device, CloseReason.SignedOut), await there.Closed.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task List_Own_ShowsOnlineSignedOutAndLastSeen()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        server.Time.Advance(TimeSpan.FromMinutes(1));
        var phone = await ada.AddDeviceAsync();
        var connection = await ada.ConnectAsync();
        server.Time.Advance(TimeSpan.FromHours(1));
        await ada.SignOutAsync(phone);

        var devices = await DevicesAsync();
        Assert.Equal([true, false], devices.Select(device => device.Online));
        Assert.Equal([false, true], devices.Select(device => device.SignedOut));
        Assert.Equal(server.Time.GetUtcNow().ToUnixTimeMilliseconds(), devices[0].LastSeenMs);

        await server.Get<DeviceSessions>().ClosedAsync(connection!);
        await server.Get<LastSeen>().RunOnceAsync(CancellationToken.None);
        server.Time.Advance(TimeSpan.FromHours(1));
        devices = await DevicesAsync();
        Assert.False(devices[0].Online);
        Assert.Equal(server.Time.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds(), devices[0].LastSeenMs);

        async Task<IReadOnlyList<Device>> DevicesAsync()
            => (await ada.AskAsync<ListDevicesResponse>(Method.ListDevices, new ListDevicesRequest())).Devices;
    }

    [Fact]
    public async Task List_PersonOfAnotherCompany_IsNotFound()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var eve = await server.FoundAnotherAsync();

        var refusal = await eve.RefusedAsync(Method.ListDevices, new ListDevicesRequest { PersonId = ada.PersonId });

        Assert.Equal(RefusalCode.NotFound, refusal.Code);
    }

    [Fact]
    public async Task List_ColleaguesDevices_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var bob = await ada.BringAsync("Bob");

        var refusal = await bob.RefusedAsync(Method.ListDevices, new ListDevicesRequest { PersonId = ada.PersonId });

        Assert.Equal(RefusalCode.Denied, refusal.Code);
        Assert.Single((await ada.AskAsync<ListDevicesResponse>(Method.ListDevices, new ListDevicesRequest { PersonId = bob.PersonId })).Devices);
    }

    private sealed class TestHolder : IConnectionHolder
    {
        public TaskCompletionSource<(Guid Device, CloseReason Reason)> Closed { get; } = new();

        public Task CloseAsync(Guid device, int reason)
        {
            Closed.TrySetResult((device, (CloseReason)reason));
            return Task.CompletedTask;
        }
    }
}
