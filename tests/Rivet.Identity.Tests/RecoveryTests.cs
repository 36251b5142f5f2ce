using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

public sealed class RecoveryTests
{
    [Theory]
    [InlineData("en", "Administrator recovered on the machine", "not used")]
    [InlineData("zh-CN", "在服务器上恢复管理员", "未使用")]
    public async Task Status_AfterARecovery_WantsAttentionForThirtyDays(string language, string label, string unused)
    {
        await using var server = await TestServer.StartAsync();
        await server.FoundAsync();
        Assert.NotEqual(label, (await StatusAsync(server, language)).Label);

        var code = await InviteAsync(server, "Ada");
        var made = await StatusAsync(server, language);
        Assert.Equal((label, StatusLevel.Attention), (made.Label, made.Level));
        Assert.Contains(unused, made.Value, StringComparison.Ordinal);
        await server.JoinAsync(code);
        Assert.DoesNotContain(unused, (await StatusAsync(server, language)).Value, StringComparison.Ordinal);
        server.Time.Advance(TimeSpan.FromDays(31));

        var later = await StatusAsync(server, language);
        Assert.Equal((label, StatusLevel.Plain), (later.Label, later.Level));
    }

    [Fact]
    public async Task Invitation_ADayLater_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        await server.FoundAsync();
        var code = await InviteAsync(server, "Ada");

        server.Time.Advance(TimeSpan.FromHours(24));

        Assert.Null(await server.TryJoinAsync(code));
    }

    [Fact]
    public async Task Guest_Recovered_IsAdministratorAndNothingElse()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var gast = await server.JoinAsync(await ada.InviteAsync(Role.Guest, "Gast"));

        var again = await server.JoinAsync(await InviteAsync(server, "Gast"));

        Assert.Equal((gast.Subject.Person, Role.Administrator), (again.Subject.Person, again.SignedIn.Role));
        var relations = await server.Store.ReadAsync(
            session => session.Query(
                "SELECT relation FROM access_relation WHERE person = $1 AND resource_kind = 'company'", row => row.GetInt32(0), gast.Subject.Person.ToBytes()),
            CancellationToken.None);
        Assert.Equal([(int)Access.Relation.Administrator], relations);
    }

    [Fact]
    public async Task Invite_VaultUnavailable_RefusesAndStoresNothing()
    {
        await using var server = await TestServer.StartAsync();
        await server.FoundAsync();
        server.Vault.IsUnavailable = true;

        Assert.Equal(RecoveryRefusal.Unavailable, (await Recovery(server).InviteAsync("Ada", isNew: false, CancellationToken.None)).Refusal);
        Assert.Equal(RecoveryRefusal.Unavailable, (await Recovery(server).InviteAsync("Dana", isNew: true, CancellationToken.None)).Refusal);

        server.Vault.IsUnavailable = false;
        Assert.Empty(await server.EventsAsync("identity.recovery.administrator-invited"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    public async Task Invite_NoName_IsRefused(string name)
    {
        await using var server = await TestServer.StartAsync();
        await server.FoundAsync();

        Assert.Equal(RecoveryRefusal.InvalidName, (await Recovery(server).InviteAsync(name, isNew: true, CancellationToken.None)).Refusal);
        Assert.Equal(RecoveryRefusal.InvalidName, (await Recovery(server).InviteAsync(name, isNew: false, CancellationToken.None)).Refusal);
    }

    private static IAdministratorRecovery Recovery(TestServer server)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(server.Time).AddSingleton(server.Store).AddSingleton(server.Get<IVault>()).AddSingleton(server.Get<IKeyWatch>());
        services.AddIdentityRecovery(options => options.PublicPort = server.Address.Port);
        return services.BuildServiceProvider().GetRequiredService<IAdministratorRecovery>();
    }

    private static async Task<InvitationCode> InviteAsync(TestServer server, string person)
        => (await Recovery(server).InviteAsync(person, isNew: false, CancellationToken.None)).Value.Invitation.Link.Code;

    private static async Task<StatusLine> StatusAsync(TestServer server, string language)
    {
        var source = server.Get<IEnumerable<IStatusSource>>().Single(source => source is IdentityStatus);
        return (await source.ReadAsync(CultureInfo.GetCultureInfo(language), CancellationToken.None)).Lines[^1];
    }
}
