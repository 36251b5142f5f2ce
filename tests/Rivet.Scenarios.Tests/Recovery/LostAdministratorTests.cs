using System.Globalization;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests.Recovery;

public sealed class LostAdministratorTests
{
    private const string Recoveries = "SELECT count(*) FROM identity_invitation WHERE kind = 4";

    [Fact]
    public async Task Administrator_WhileTheServerRuns_IsInvitedOnceAndRecorded()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        await company.AddAsync("Bo");
        var others = Others(server, company.Founder);

        var link = await InviteAsync(server, "ana");
        await using var again = await JoinAsync(company, link);

        Assert.Equal(company.Founder.Person, again.Person);
        Assert.NotEqual(company.Founder.Id, again.Id);
        Assert.True(await MayInviteAsync(again));
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => JoinAsync(company, link));
        var recorded = await RecoverProcess.EventAsync(server, "identity.recovery.administrator-invited");
        var id = RecoverProcess.Rows(server.DataFolder, "SELECT hex(company_id) FROM identity_company")[0];
        Assert.Contains("/" + id.ToLowerInvariant(), recorded, StringComparison.Ordinal);
        Assert.Contains("\"known\"", recorded, StringComparison.Ordinal);
        Assert.Equal(others, Others(server, company.Founder));
        Assert.DoesNotContain(link.Code.Reveal(), server.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Administrator_WhileTheServerIsDown_IsInvitedAndJoinsAfterItsStart()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        server.Stop();

        var link = await InviteAsync(server, "Ana");
        server.StartAgain();

        await using var again = await JoinAsync(company, link);
        Assert.True(await MayInviteAsync(again));
        await RecoverProcess.EventAsync(server, "identity.recovery.administrator-invited");
    }

    [Fact]
    public async Task Administrator_KilledServer_IsInvitedOverTheLogItLeft()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        await company.AddAsync("Bo");
        server.Kill();

        var link = await InviteAsync(server, "Bo");
        server.StartAgain();

        await using var again = await JoinAsync(company, link);
        Assert.True(await MayInviteAsync(again));
    }

    [Fact]
    public async Task Member_Named_BecomesAdministratorWhenTheInvitationIsUsed()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var cy = await company.AddAsync("Cy");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        await company.Founder.SendAsync(conversation, "before");
        var others = Others(server, bo);

        var link = await InviteAsync(server, "bo");
        Assert.False(await MayInviteAsync(bo)); // an invitation alone changes nothing
        await using var further = await JoinAsync(company, link);

        Assert.Equal(bo.Person, further.Person);
        Assert.True(await MayInviteAsync(further));
        Assert.True(await MayInviteAsync(bo));
        Assert.False(await MayInviteAsync(cy));
        Assert.Equal("before", Device.Text((await further.ReadAsync(conversation))[^1]));
        Assert.Equal(others, Others(server, bo));
        Assert.Contains("\"member\"", await RecoverProcess.EventAsync(server, "identity.person.role-changed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewPerson_IsAdministratorWithTheNameThatWasGiven()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);

        var unknown = await RunAsync(server, "Dana");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("--new", unknown.Error, StringComparison.Ordinal);
        Assert.Equal("0", RecoverProcess.Rows(server.DataFolder, Recoveries)[0]);
        var link = await InviteAsync(server, "Dana", "--new");
        await using var dana = await JoinAsync(company, link);

        Assert.True(await MayInviteAsync(dana));
        Assert.NotEqual(company.Founder.Person, dana.Person);
        var self = await dana.AskAsync(Method.WhoAmI, new WhoAmIRequest(), WhoAmIResponse.Parser);
        Assert.Equal(("Dana", Role.Administrator), (self.Person.Name, self.Person.Role));
    }

    [Fact]
    public async Task Invitation_MadeAgain_VoidsTheEarlier()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);

        var first = await InviteAsync(server, "Ana");
        var second = await InviteAsync(server, "Ana");

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => JoinAsync(company, first));
        await using var again = await JoinAsync(company, second);
        Assert.Equal(company.Founder.Person, again.Person);
    }

    /// <summary>A thief of disks has the data; the keys folder is elsewhere.</summary>
    [Fact]
    public async Task CopyOfTheDataAlone_InvitesNobody()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using (await Company.FoundAsync(server))
        {
        }

        server.Stop();
        var copy = Directory.CreateDirectory(folder["copy"]).FullName;
        foreach (var file in Directory.EnumerateFiles(server.DataFolder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        string[] recover = ["recover", "administrator", "--person", "Ana", "--data", copy];
        var none = await RecoverProcess.RunAnywhereAsync(null, [.. recover, "--keys", folder["empty"]]);
        var untold = await RecoverProcess.RunAnywhereAsync(null, recover);
        Directory.CreateDirectory(folder["foreign"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllBytesAsync(Path.Combine(folder["foreign"], "root.key"), new byte[32], Company.Ct);
        File.SetUnixFileMode(Path.Combine(folder["foreign"], "root.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var foreign = await RecoverProcess.RunAnywhereAsync(null, [.. recover, "--keys", folder["foreign"]]);

        Assert.All([none, untold, foreign], end => Assert.Equal((1, ""), (end.ExitCode, end.Output)));
        Assert.Contains("root.key", none.Error, StringComparison.Ordinal);
        Assert.Contains("not the one this store's keys are wrapped under", foreign.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["empty"]));
        Assert.Equal("0", RecoverProcess.Rows(copy, Recoveries)[0]);
    }

    [Fact]
    public async Task Names_ThatFitNobodyOrSeveral_AreRefused()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        await company.AddAsync("Li Lei");
        await company.AddAsync("Li Lei");

        Assert.Contains("handle", (await RunAsync(server, "Li Lei")).Error, StringComparison.Ordinal);
        Assert.Contains("cannot be a name", (await RunAsync(server, "a\u202eb", "--new")).Error, StringComparison.Ordinal);
        Assert.Contains("没有名为", (await RecoverProcess.RunAsync(server, null, ["administrator", "--person", "Nemo"], "zh_CN.UTF-8")).Error, StringComparison.Ordinal);
        Assert.Equal("0", RecoverProcess.Rows(server.DataFolder, Recoveries)[0]);
        await InviteAsync(server, "li.lei2");
    }

    [Fact]
    public async Task Server_WithoutACompany_PointsToItsOwnCode()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var refused = await RunAsync(server, "Ana", "--new");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("administrator code", refused.Error, StringComparison.Ordinal);
    }

    private static Task<ProgramEnd> RunAsync(ServerProcess server, string person, params string[] options)
        => RecoverProcess.RunAsync(
            server, ["administrator", "--person", person, "--port", server.Port.ToString(CultureInfo.InvariantCulture), .. options]);

    private static async Task<InvitationLink> InviteAsync(ServerProcess server, string person, params string[] options)
    {
        var end = await RunAsync(server, person, options);
        Assert.True(end.ExitCode == 0, end.Error);
        Assert.True(InvitationLink.TryParse(end.Output.Trim(), out var link), end.Output);
        Assert.Equal((server.Port, "localhost"), (link.Port, link.Host));
        Assert.DoesNotContain(link.Code.Reveal(), end.Error, StringComparison.OrdinalIgnoreCase);
        return link;
    }

    private static Task<Device> JoinAsync(Company company, InvitationLink link)
        => Device.JoinAsync(company.Target, new Join { Code = ByteString.CopyFrom(link.Code.Bytes), PersonName = "Somebody", DeviceName = "new desk" });

    private static async Task<bool> MayInviteAsync(Device device)
        => (await device.Link.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "X" }, CreateInvitationResponse.Parser, Company.Ct)).IsOk;

    /// <summary>Everything stored about people and devices but this one's.</summary>
    private static List<string> Others(ServerProcess server, Device device)
    {
        var person = Convert.ToHexString(device.Person.Span);
        return
        [
            .. RecoverProcess.Rows(server.DataFolder, $"SELECT person_id, name, handle, role, state FROM identity_person WHERE hex(person_id) <> '{person}' ORDER BY 1"),
            .. RecoverProcess.Rows(server.DataFolder, $"SELECT device_id, person, identity_key, signed_out_ms FROM identity_device WHERE hex(person) <> '{person}' ORDER BY 1"),
            .. RecoverProcess.Rows(server.DataFolder, $"SELECT company, resource_kind, resource_id, person, relation FROM access_relation WHERE hex(person) <> '{person}' ORDER BY 1, 2, 3, 4, 5"),
        ];
    }
}
