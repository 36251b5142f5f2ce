using System.Text.Json;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet admin status|events</c>: what the status page shows and the last security events, for administrators only.</summary>
public sealed class AdminTests
{
    [Fact]
    public async Task StatusAndEvents_OfTheAdministrator_AreTheServers()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var home = folder["ana"];
        Assert.Equal(0, (await CliProcess.RunAsync(home, "join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper")).ExitCode);

        var facts = await JsonAsync(home, "admin", "status", "--json");
        Assert.Equal(["Security log", "Server", "Vault"], Parts(facts).Intersect(["Server", "Vault", "Security log"]).Order());
        Assert.Contains(facts, fact => fact.GetProperty("level").GetString() == "not-proven" && fact.GetProperty("advice").GetString()!.Length > 0);
        Assert.Contains("安全日志", Parts(await JsonAsync(home, "--language", "zh-CN", "admin", "status", "--json")));

        var events = await JsonAsync(home, "admin", "events", "--json");
        while (!events.Any(one => one.GetProperty("kind").GetString() == "identity.device.enrolled"))
        {
            events = await JsonAsync(home, "admin", "events", "--json"); // the log follows what happened; the project's limit ends this
        }

        Assert.All(events, one => Assert.Equal("event", one.GetProperty("type").GetString()));
        var places = events.Select(one => one.GetProperty("sequence").GetInt64()).ToList();
        Assert.Equal(places.Order(), places);
        Assert.Single(await JsonAsync(home, "admin", "events", "--last", "1", "--json"));

        var (exit, table) = await CliProcess.RunAsync(home, "admin", "events");
        Assert.Equal(0, exit);
        Assert.Contains("identity.device.enrolled", table, StringComparison.Ordinal);
        Assert.Contains("Ana", table, StringComparison.Ordinal);
        Assert.Equal(2, (await CliProcess.RunAsync(home, "admin", "events", "--last", "201")).ExitCode);
    }

    [Fact]
    public async Task StatusAndEvents_MemberAndGuest_AreRefused()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var member = await company.AddAsync("Bo");
        var invited = await company.Founder.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Guest, PersonName = "Cy" }, CreateInvitationResponse.Parser);
        await using var guest = await Device.JoinAsync(company.Target, new Join { Code = invited.Code, PersonName = "Cy", DeviceName = "phone" });

        foreach (var device in (Device[])[member, guest])
        {
            Assert.Equal(RefusalCode.Denied, (await device.RefusedAsync(Method.ReadStatus, new ReadStatusRequest(), ReadStatusResponse.Parser)).Code);
            Assert.Equal(RefusalCode.Denied, (await device.RefusedAsync(Method.ReadEvents, new ReadEventsRequest(), ReadEventsResponse.Parser)).Code);
        }

        Assert.NotNull((await company.Founder.AskAsync(Method.ReadEvents, new ReadEventsRequest(), ReadEventsResponse.Parser)).Events);
        Assert.Equal(RefusalCode.Invalid, (await company.Founder.RefusedAsync(Method.ReadEvents, new ReadEventsRequest { Limit = 201 }, ReadEventsResponse.Parser)).Code);
    }

    [Fact]
    public async Task People_ByPartOfAName_AreFound()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var home = folder["ana"];
        Assert.Equal(0, (await CliProcess.RunAsync(home, "join", server.Invitation!, "--name", "Ana Ortíz", "--device", "desk", "--company", "Copper")).ExitCode);

        Assert.Single(await JsonAsync(home, "admin", "people", "ORTI", "--json"));
        Assert.Empty(await JsonAsync(home, "admin", "people", "bo", "--json"));
    }

    [Fact]
    public async Task Status_OfAMember_EndsWithThree()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var invited = await company.Founder.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "Bo" }, CreateInvitationResponse.Parser);
        Assert.Equal(0, (await CliProcess.RunAsync(folder["bo"], "join", invited.Link, "--name", "Bo", "--device", "laptop")).ExitCode);

        Assert.Equal(3, (await CliProcess.RunAsync(folder["bo"], "admin", "status", "--json")).ExitCode);
        Assert.Equal(3, (await CliProcess.RunAsync(folder["bo"], "admin", "events")).ExitCode);
    }

    private static IEnumerable<string> Parts(IEnumerable<JsonElement> facts) => facts.Select(fact => fact.GetProperty("part").GetString()!).Distinct();

    private static async Task<List<JsonElement>> JsonAsync(string home, params string[] arguments)
    {
        var (exit, output) = await CliProcess.RunAsync(home, arguments);
        Assert.Equal(0, exit);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
