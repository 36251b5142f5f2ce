using System.Net;
using Rivet.Identity.Companies;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

public sealed class FoundingTests
{
    [Fact]
    public async Task Join_AdministratorCode_FoundsTheCompany()
    {
        await using var server = await TestServer.StartAsync();

        var ada = await server.FoundAsync("Nordwind 北风", "Ada");

        Assert.Equal("Nordwind 北风", ada.SignedIn.CompanyName);
        Assert.Equal("Ada", ada.SignedIn.PersonName);
        Assert.Equal(Role.Administrator, ada.SignedIn.Role);
        var me = await ada.AskAsync<WhoAmIResponse>(Method.WhoAmI, new WhoAmIRequest());
        Assert.Equal(("Ada", "ada", "Laptop", "Nordwind 北风"), (me.Person.Name, me.Person.Handle, me.Device.Name, me.CompanyName));
        var kinds = (await server.EventsAsync()).Select(found => found.Kind.Name).Where(kind => kind.StartsWith("identity.", StringComparison.Ordinal));
        Assert.Equal(
            ["identity.company.founded", "identity.person.joined", "identity.invitation.used", "identity.device.enrolled"], kinds);
    }

    [Fact]
    public async Task Join_TwoAtOnceWithOneCode_OneWins()
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);

        var joined = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(
            () => server.TryJoinAsync(code!, person: $"Person {number}", company: $"Company {number}"))));

        var winner = Assert.Single(joined, device => device is not null);
        var companies = await server.Store.ReadAsync(
            session => session.QueryFirst("SELECT count(*) FROM identity_company", row => row.GetInt64(0)), CancellationToken.None);
        Assert.Equal(1, companies);
        Assert.NotNull(await server.Store.ReadAsync(session => CompanyTable.FindName(session, winner!.Subject.Company), CancellationToken.None));
    }

    [Fact]
    public async Task Found_PageAndDeviceAtOnce_OneWins()
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);

        var page = Task.Run(() => server.Get<ICompanyFounding>().FoundAsync(code!.Reveal(), "Page", "Ada", null, CancellationToken.None));
        var device = Task.Run(() => server.TryJoinAsync(code!, person: "Ada", company: "Device"));
        await Task.WhenAll(page, device);

        Assert.NotEqual((await page).IsOk, await device is not null);
        Assert.Single(await server.EventsAsync("identity.company.founded"));
    }

    [Fact]
    public async Task Found_Page_OpensASessionAndInvitesTheAdministratorsDevice()
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);

        var founded = (await server.Get<ICompanyFounding>().FoundAsync(
            code!.Reveal().ToLowerInvariant(), " Nordwind ", "Ada", IPAddress.Loopback, CancellationToken.None)).Value;
        var device = await server.JoinAsync(founded.Invitation.Link.Code);

        Assert.Equal((founded.Company, founded.Person), (device.Subject.Company, device.Subject.Person));
        Assert.Equal(("Nordwind", "Ada", Role.Administrator), (device.SignedIn.CompanyName, device.SignedIn.PersonName, device.SignedIn.Role));
        Assert.Single(await server.EventsAsync("identity.page.opened"));
    }

    [Fact]
    public async Task Found_CodeUsed_Refuses()
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);
        await server.JoinAsync(code!, "Ada", "Nordwind");

        var again = await server.Get<ICompanyFounding>().FoundAsync(code!.Reveal(), "Other", "Eve", null, CancellationToken.None);

        Assert.Equal(IdentityRefusal.CodeRefused, again.Refusal);
        Assert.Null(await server.TryJoinAsync(code, person: "Eve", company: "Other"));
        Assert.Equal(2, (await server.EventsAsync("identity.invitation.refused")).Count);
    }

    [Fact]
    public async Task Take_NextStart_VoidsTheOlderCode()
    {
        using var folder = new TempFolder();
        InvitationCode older;
        await using (var first = await TestServer.StartAsync(folder.Path))
        {
            older = (await first.Get<IAdministratorCode>().TakeAsync(CancellationToken.None))!;
            Assert.False(first.IsStored(older.Bytes));
        }

        await using var second = await TestServer.StartAsync(folder.Path);
        var newer = await second.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);

        Assert.Null(await second.TryJoinAsync(older, person: "Eve", company: "Other"));
        Assert.NotNull(await second.TryJoinAsync(newer!, person: "Ada", company: "Nordwind"));
    }

    [Fact]
    public async Task Take_CompanyExists_GivesNone()
    {
        await using var server = await TestServer.StartAsync();
        await server.FoundAsync();

        Assert.Null(await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("", "Ada", "Laptop")]
    [InlineData("Nordwind", "", "Laptop")]
    [InlineData("Nordwind", "Ada", "")]
    [InlineData("Nord\u202Ewind", "Ada", "Laptop")]
    [InlineData("Nordwind", "A\u001b[2Jda", "Laptop")]
    public async Task Join_InvalidName_RefusesAndTheCodeStaysGood(string company, string person, string device)
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);

        Assert.Null(await server.TryJoinAsync(code!, person: person, company: company, device: device));

        Assert.NotNull(await server.TryJoinAsync(code!, person: "Ada", company: "Nordwind"));
    }

    [Fact]
    public async Task Join_SameDeviceAfterABrokenLink_GoesOn()
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);
        var keys = new TestKeys();
        var first = await server.TryJoinAsync(code!, keys, "Ada", "Nordwind");

        var again = await server.TryJoinAsync(code!, keys, "Ada", "Nordwind");

        Assert.Equal(first!.Subject, again!.Subject);
        Assert.Single(await server.EventsAsync("identity.company.founded"));
    }

    [Fact]
    public async Task Join_VaultUnavailable_ThrowsAndTheCodeStaysGood()
    {
        await using var server = await TestServer.StartAsync();
        var code = await server.Get<IAdministratorCode>().TakeAsync(CancellationToken.None);
        server.Vault.IsUnavailable = true;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => server.TryJoinAsync(code!, person: "Ada", company: "Nordwind"));

        server.Vault.IsUnavailable = false;
        Assert.NotNull(await server.TryJoinAsync(code!, person: "Ada", company: "Nordwind"));
    }
}
