using Rivet.Identity.Companies;
using Rivet.UiKit;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

public sealed class CompanyTests
{
    [Fact]
    public async Task Change_NameAndLanguage_HoldFromThenOn()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var house = server.Get<CompanyBook>();
        Assert.Equal("en", await house.ReadAsync(CancellationToken.None));

        await ada.AskAsync<ChangeCompanyResponse>(Method.ChangeCompany, new ChangeCompanyRequest { Name = "Nordwind 北风", Language = "zh-CN" });

        var read = await ada.AskAsync<ReadCompanyResponse>(Method.ReadCompany, new ReadCompanyRequest());
        Assert.Equal(("Nordwind 北风", "zh-CN"), (read.Name, read.Language));
        Assert.Equal("Nordwind 北风", (await ada.AskAsync<WhoAmIResponse>(Method.WhoAmI, new WhoAmIRequest())).CompanyName);
        Assert.Equal("zh-CN", await house.ReadAsync(CancellationToken.None));
        Assert.Single(await server.EventsAsync(IdentityEvents.CompanyChanged));
        Assert.False(server.IsStored("Nordwind"u8));
    }

    [Fact]
    public async Task Change_Nothing_KeepsBoth()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        await ada.AskAsync<ChangeCompanyResponse>(Method.ChangeCompany, new ChangeCompanyRequest { Language = "zh-CN" });
        await ada.AskAsync<ChangeCompanyResponse>(Method.ChangeCompany, new ChangeCompanyRequest());
        var read = await ada.AskAsync<ReadCompanyResponse>(Method.ReadCompany, new ReadCompanyRequest());
        Assert.Equal(("Nordwind", "zh-CN"), (read.Name, read.Language));
    }

    [Theory]
    [InlineData("Nord\u202Ewind", "")]
    [InlineData("", "fr")]
    [InlineData("", "zh")]
    public async Task Change_NoNameOrLanguage_IsInvalid(string name, string language)
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        Assert.Equal(RefusalCode.Invalid, (await ada.RefusedAsync(Method.ChangeCompany, new ChangeCompanyRequest { Name = name, Language = language })).Code);
        Assert.Equal("Nordwind", (await ada.AskAsync<ReadCompanyResponse>(Method.ReadCompany, new ReadCompanyRequest())).Name);
    }

    [Theory]
    [InlineData(Role.Member)]
    [InlineData(Role.Guest)]
    public async Task Change_NoAdministrator_IsDenied(Role role)
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob", role);
        Assert.Equal(RefusalCode.Denied, (await bob.RefusedAsync(Method.ChangeCompany, new ChangeCompanyRequest { Name = "Bob's" })).Code);
        Assert.Equal(RefusalCode.Denied, (await bob.RefusedAsync(Method.ReadCompany, new ReadCompanyRequest())).Code);
    }
}
