using System.Net;
using Rivet.Identity.Devices;
using Rivet.Kernel;

namespace Rivet.Identity.Tests;

public sealed class GuessingTests
{
    private static readonly IPAddress Stranger = IPAddress.Parse("203.0.113.7");

    [Fact]
    public async Task Join_ManyWrongCodes_StopsTheAddressAndNoOther()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.AttemptsPerAddress = 5);
        var code = (await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None))!;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Null(await server.TryJoinAsync(InvitationCode.Create(), remote: Stranger));
        }

        Assert.Null(await server.TryJoinAsync(code, person: "Eve", company: "Eve's", remote: Stranger));
        Assert.Contains(
            await server.EventsAsync("identity.device.refused"), found => found.Details["cause"] == "identity.too-many-attempts");

        Assert.NotNull(await server.TryJoinAsync(code, person: "Ada", company: "Nordwind"));
    }

    [Fact]
    public async Task Join_ManyWrongCodes_StopsOnlyForTheWindow()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.AttemptsPerAddress = 1);
        var code = (await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None))!;
        Assert.Null(await server.TryJoinAsync(InvitationCode.Create()));
        Assert.Null(await server.TryJoinAsync(code, person: "Ada", company: "Nordwind"));

        server.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.NotNull(await server.TryJoinAsync(code, person: "Ada", company: "Nordwind"));
    }

    [Fact]
    public async Task Join_WrongCodesFromOneIpv6Network_CountTogether()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.AttemptsPerAddress = 3);
        var code = (await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None))!;
        for (var host = 1; host <= 3; host++)
        {
            await server.TryJoinAsync(InvitationCode.Create(), remote: IPAddress.Parse($"2001:db8::{host}"));
        }

        Assert.Null(await server.TryJoinAsync(code, person: "Eve", company: "Eve's", remote: IPAddress.Parse("2001:db8::99")));
        Assert.NotNull(await server.TryJoinAsync(code, person: "Ada", company: "Nordwind", remote: IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public async Task Join_WrongCodesInParallel_CannotPassTheLimitTogether()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.AttemptsPerAddress = 4);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => server.TryJoinAsync(InvitationCode.Create(), remote: Stranger))));

        Assert.Equal(4, (await server.EventsAsync("identity.invitation.refused")).Count);
    }

    [Fact]
    public async Task Join_WrongCodesFromEverywhere_StopsAll()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.AttemptsOverall = 10);
        var code = (await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None))!;
        for (var host = 1; host <= 10; host++)
        {
            await server.TryJoinAsync(InvitationCode.Create(), remote: IPAddress.Parse($"198.51.100.{host}"));
        }

        Assert.Null(await server.TryJoinAsync(code, person: "Ada", company: "Nordwind"));
    }

    [Fact]
    public async Task Found_ManyWrongCodes_StopsTheAddress()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.AttemptsPerAddress = 2);
        var code = (await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None))!;
        var founding = server.Get<ICompanyFounding>();
        await founding.FoundAsync("nonsense", "Eve's", "Eve", Stranger, CancellationToken.None);
        await founding.FoundAsync(InvitationCode.Create().Reveal(), "Eve's", "Eve", Stranger, CancellationToken.None);

        var stopped = await founding.FoundAsync(code.Reveal(), "Eve's", "Eve", Stranger, CancellationToken.None);

        Assert.Equal(IdentityRefusal.TooManyAttempts, stopped.Refusal);
    }

    [Fact]
    public async Task SignIn_StrangersFlood_RecordsABoundedNumber()
    {
        await using var server = await TestServer.StartAsync();

        for (var attempt = 0; attempt < RecordedRefusals.PerMinute + 20; attempt++)
        {
            Assert.Null(await server.SignInAsync(new TestKeys()));
        }

        Assert.Equal(RecordedRefusals.PerMinute, (await server.EventsAsync("identity.device.refused")).Count);
    }
}
