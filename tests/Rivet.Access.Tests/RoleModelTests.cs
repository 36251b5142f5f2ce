using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Access.Tests;

/// <summary>
/// The policy, written down a second time by hand: who may, for every row. The columns are administrator, member,
/// guest; a stranger, somebody of another company and a leaver must be refused on every row.
/// </summary>
public sealed class RoleModelTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = Some.Company();
    private readonly CompanyId other = Some.Company();
    private readonly Dictionary<string, PersonId> people = [];
    private readonly ConversationId conversation = Some.Conversation();
    private AccessHost host = null!;

    /// <summary>What each role may do to things that are not its own, and to its own.</summary>
    public static TheoryData<string, string, string, string> Rows => new()
    {
        // permission, kind, roles that may (a m g), who else may (own: oneself; rel: member of the conversation)
        { "link.echo", "company", "amg", "" },
        { "identity.self.read", "company", "amg", "" },
        { "identity.self.read", "person", "a", "own" },
        { "identity.people.read", "company", "am", "" },
        { "identity.people.import", "company", "a", "" },
        { "identity.invitation.create", "company", "a", "" },
        { "identity.invitation.create", "person", "a", "own" },
        { "identity.page.open", "company", "amg", "" },
        { "identity.page.open", "person", "", "own" },
        { "identity.device.read", "company", "a", "" },
        { "identity.device.read", "person", "a", "own" },
        { "identity.device.read", "device", "a", "own" },
        { "identity.device.sign-out", "person", "a", "own" },
        { "identity.device.sign-out", "device", "a", "own" },
        { "conversation.list", "company", "amg", "" },
        { "conversation.create", "company", "am", "" },
        { "conversation.import", "company", "a", "" },
        { "message.policy", "company", "a", "" },
        { "settings.read", "company", "a", "" },
        { "mail.manage", "company", "a", "" },
        { "identity.company.change", "company", "a", "" },
        { "conversation.read", "conversation", "", "rel" },
        { "conversation.manage", "conversation", "", "rel" },
        { "conversation.leave", "conversation", "", "rel" },
        { "message.send", "conversation", "", "rel" },
        { "file.put", "conversation", "", "rel" },
        { "file.get", "conversation", "", "rel" },
        { "presence.watch", "company", "am", "" },
        { "status.read", "company", "a", "" },
        { "audit.read", "company", "a", "" },
        { "audit.share", "company", "a", "" },
        { "audit.retain", "company", "a", "" },
        { "audit.key", "company", "a", "" },
        { "vault.read", "company", "a", "" },
        { "vault.manage", "company", "a", "" },
        { "transit.manage", "company", "a", "" },
    };

    public async ValueTask InitializeAsync()
    {
        host = await AccessHost.StartAsync(folder);
        foreach (var (letter, relation) in new[] { ("a", Relation.Administrator), ("m", Relation.Member), ("g", Relation.Guest) })
        {
            people[letter] = Some.Person();
            await host.AddAsync(Resource.Of(company), relation, people[letter]);
        }

        // A stranger to this company, an administrator elsewhere, and a member of the conversation who left the company.
        people["stranger"] = Some.Person();
        people["elsewhere"] = Some.Person();
        people["leaver"] = Some.Person();
        await host.AddAsync(Resource.Of(other), Relation.Administrator, people["elsewhere"]);
        await host.AddAsync(Resource.Of(conversation, company), Relation.Member, people["leaver"]);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public void Table_EveryRow_IsAmongTheTestedRows()
    {
        var tested = Rows.Select(row => (row.Data.Item1, row.Data.Item2)).Order();
        Assert.Equal(tested, RoleModel.Rules.Select(rule => (rule.Permission, rule.Kind)).Order());
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Ask_OnSomebodyElsesThing_OnlyTheListedRoles(string permission, string kind, string roles, string also)
    {
        _ = also;
        foreach (var role in new[] { "a", "m", "g" })
        {
            foreach (var subject in Ways(company, people[role]))
            {
                var reason = await host.ReasonAsync(subject, permission, Thing(kind));
                Assert.Equal(roles.Contains(role) ? "" : kind == "conversation" ? "access.not-a-member" : "access.role", reason);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Ask_OnOnesOwnThing_AsWritten(string permission, string kind, string roles, string also)
    {
        foreach (var role in new[] { "a", "m", "g" })
        {
            var device = Some.Device();
            var mine = kind switch
            {
                "person" => Resource.Of(people[role], company),
                "device" => Resource.Of(device, company),
                "conversation" => Resource.Of(conversation, company),
                _ => Resource.Of(company),
            };
            if (kind is "device" or "conversation")
            {
                await host.AddAsync(mine, kind == "device" ? Relation.Owner : Relation.Member, people[role]);
            }

            foreach (var subject in Ways(company, people[role]))
            {
                Assert.Equal(roles.Contains(role) || also != "", await host.ReasonAsync(subject, permission, mine) == "");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Ask_StrangerOrLeaver_IsNotAMember(string permission, string kind, string roles, string also)
    {
        _ = (roles, also);
        foreach (var who in new[] { "stranger", "elsewhere", "leaver" })
        {
            foreach (var subject in Ways(company, people[who]))
            {
                Assert.Equal("access.not-a-member", await host.ReasonAsync(subject, permission, Thing(kind)));
                Assert.Equal("access.not-a-member", await host.ReasonAsync(subject, permission, Thing(kind) with { Id = kind == "person" ? people[who].Value : Thing(kind).Id }));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Ask_AnotherCompany_IsRefusedEvenToAdministrators(string permission, string kind, string roles, string also)
    {
        _ = (roles, also);
        foreach (var subject in Ways(other, people["elsewhere"]))
        {
            Assert.Equal("access.other-company", await host.ReasonAsync(subject, permission, Thing(kind)));
        }

        foreach (var subject in Ways(company, people["elsewhere"]))
        {
            Assert.Equal("access.not-a-member", await host.ReasonAsync(subject, permission, Thing(kind)));
        }

        // The same conversation's id under the asker's own company is another resource.
        if (kind == "conversation")
        {
            await host.AddAsync(Resource.Of(conversation, company), Relation.Member, people["elsewhere"]);
            var disguised = new Resource(kind, conversation.Value, other);
            Assert.Equal("access.not-a-member", await host.ReasonAsync(Some.OnDevice(other, people["elsewhere"]), permission, disguised));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Ask_NobodyOrTheSystem_OnlyWhatTheTableSaysForTheSystem(string permission, string kind, string roles, string also)
    {
        _ = (roles, also);
        var system = await host.ReasonAsync(Subject.OfSystem(company), permission, Thing(kind));
        Assert.Equal(permission is "status.read" or "audit.read" ? "" : "access.role", system);
        Assert.Equal("access.other-company", await host.ReasonAsync(Subject.OfSystem(other), permission, Thing(kind)));
        Assert.Equal("access.other-company", await host.ReasonAsync(default, permission, Thing(kind)));
        Assert.Equal("access.not-a-member", await host.ReasonAsync(new(SubjectKind.None, company, people["a"], Guid.NewGuid()), permission, Thing(kind)));
        Assert.Equal("access.not-a-member", await host.ReasonAsync(new((SubjectKind)9, company, people["a"], Guid.NewGuid()), permission, Thing(kind)));
        Assert.Equal("access.not-a-member", await host.ReasonAsync(new(SubjectKind.Device, company, default, Guid.NewGuid()), permission, Thing(kind)));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Ask_OnAnotherKindOfThing_IsUnknown(string permission, string kind, string roles, string also)
    {
        _ = (kind, roles, also);
        foreach (var wrong in new[] { "file", "Company", "", null })
        {
            Assert.Equal("access.unknown-permission", await host.ReasonAsync(
                Some.OnDevice(company, people["a"]), permission, new(wrong!, company.Value, company)));
        }
    }

    [Theory]
    [InlineData("conversation.destroy")]
    [InlineData("Link.Echo")]
    [InlineData("link.echo ")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Ask_UnknownPermission_IsRefused(string? permission)
        => Assert.Equal("access.unknown-permission", await host.ReasonAsync(
            Some.OnDevice(company, people["a"]), permission!, Resource.Of(company)));

    [Fact]
    public async Task Ask_CompanyResourceWithAnotherId_IsAnotherCompany()
        => Assert.Equal("access.other-company", await host.ReasonAsync(
            Some.OnDevice(company, people["a"]), "link.echo", new("company", other.Value, company)));

    [Fact]
    public async Task Ask_ThroughTheDeviceItself_IsOneselfWithoutARelation()
    {
        var device = Some.Device();
        var mine = Subject.OfDevice(company, people["g"], device);
        Assert.Equal("", await host.ReasonAsync(mine, "identity.device.sign-out", Resource.Of(device, company)));

        // A page session that happens to have the device's number is not the device.
        Assert.Equal("access.role", await host.ReasonAsync(
            Subject.OfPage(company, people["g"], new(device.Value)), "identity.device.sign-out", Resource.Of(device, company)));
    }

    [Fact]
    public async Task Permit_Given_CarriesTheQuestion()
    {
        var question = new Question(Some.OnDevice(company, people["m"]), new("link.echo"), Resource.Of(company));
        var decision = await host.Access.AskAsync(question, TestContext.Current.CancellationToken);
        Assert.Equal(question, decision.Permit?.Question);
        Assert.Equal(company, decision.Permit?.Company);
    }

    private static Subject[] Ways(CompanyId company, PersonId person) => [Some.OnDevice(company, person), Some.OnPage(company, person)];

    private Resource Thing(string kind) => kind switch
    {
        "company" => Resource.Of(company),
        "conversation" => Resource.Of(conversation, company),
        "person" => new("person", new Guid("018f0000-0000-7000-8000-000000000001"), company),
        _ => new(kind, new Guid("018f0000-0000-7000-8000-000000000002"), company),
    };
}
