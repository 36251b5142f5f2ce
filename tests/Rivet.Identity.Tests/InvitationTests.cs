using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

public sealed class InvitationTests
{
    [Fact]
    public async Task Create_NewPerson_JoinsWithNameAndRoleOfTheInvitation()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var gast = await server.JoinAsync(await ada.InviteAsync(Role.Guest, "李雷"), person: "Somebody Else");

        Assert.Equal(("李雷", Role.Guest), (gast.SignedIn.PersonName, gast.SignedIn.Role));
        Assert.Equal(ada.Subject.Company, gast.Subject.Company);
    }

    [Fact]
    public async Task Create_NoName_LetsThePersonChoose()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var bob = await server.JoinAsync(await ada.InviteAsync(), person: "Bob");

        Assert.Equal("Bob", bob.SignedIn.PersonName);
    }

    [Fact]
    public async Task Create_Link_NamesHostPortAndServerKey()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.PublicHost = "chat.example");
        var ada = await server.FoundAsync();

        var made = await ada.AskAsync<CreateInvitationResponse>(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member });

        Assert.True(InvitationLink.TryParse(made.Link, out var link));
        Assert.Equal(("chat.example", server.Address.Port), (link.Host, link.Port));
        var keys = await server.Get<Hosting.Link.IServerIdentity>().GetKeysAsync(CancellationToken.None);
        Assert.Equal(keys.IdentityKey, ByteString.CopyFrom(link.ServerKey.Span));
        Assert.True(link.Code.Bytes.SequenceEqual(made.Code.Span));
        Assert.False(server.IsStored(made.Code.Span));
    }

    [Fact]
    public async Task Join_UsedTwiceAtOnce_AdmitsOne()
    {
        await using var server = await TestServer.StartAsync();
        var code = await (await server.FoundAsync()).InviteAsync();

        var joined = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => server.TryJoinAsync(code, person: $"Bob {number}"))));

        Assert.Single(joined, device => device is not null);
    }

    [Fact]
    public async Task Join_ManyOfOneNameAtOnce_GetsDifferentHandles()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var codes = new List<InvitationCode>();
        for (var number = 0; number < 5; number++)
        {
            codes.Add(await ada.InviteAsync(name: "Bob"));
        }

        var joined = await Task.WhenAll(codes.Select(code => Task.Run(() => server.TryJoinAsync(code))));

        Assert.All(joined, Assert.NotNull);
        var people = (await ada.AskAsync<ListPeopleResponse>(Method.ListPeople, new ListPeopleRequest())).People;
        Assert.Equal(["ada", "bob", "bob2", "bob3", "bob4", "bob5"], people.Select(person => person.Handle).Order());
    }

    [Fact]
    public async Task Join_Expired_Refuses()
    {
        await using var server = await TestServer.StartAsync();
        var code = await (await server.FoundAsync()).InviteAsync(hours: 2);

        server.Time.Advance(TimeSpan.FromHours(2));

        Assert.Null(await server.TryJoinAsync(code));
    }

    [Fact]
    public async Task Join_KeyEnrolledAlready_RefusesAndTheCodeStaysGood()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var code = await ada.InviteAsync();

        Assert.Null(await server.TryJoinAsync(code, ada.Keys));

        Assert.NotNull(await server.TryJoinAsync(code));
    }

    [Theory]
    [InlineData(Role.Member)]
    [InlineData(Role.Guest)]
    public async Task Create_ByOthersThanAdministrators_IsDenied(Role role)
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob", role);

        var refusal = await bob.RefusedAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member });

        Assert.Equal(RefusalCode.Denied, refusal.Code);
    }

    [Fact]
    public async Task Create_FurtherDeviceOfOneself_KeepsPersonAndRole()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob", Role.Guest);

        var code = await bob.InviteAsync(Role.Administrator, person: bob.PersonId);
        var phone = await server.JoinAsync(code, person: "Not Bob");

        Assert.Equal((bob.Subject.Person, "Bob", Role.Guest), (phone.Subject.Person, phone.SignedIn.PersonName, phone.SignedIn.Role));
        Assert.NotEqual(bob.Subject.Device, phone.Subject.Device);
        var refusal = await phone.RefusedAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member });
        Assert.Equal(RefusalCode.Denied, refusal.Code);
    }

    [Fact]
    public async Task Create_DeviceOfAColleague_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var bob = await ada.BringAsync("Bob");

        var refusal = await bob.RefusedAsync(Method.CreateInvitation, new CreateInvitationRequest { PersonId = ada.PersonId });

        Assert.Equal(RefusalCode.Denied, refusal.Code);
    }

    [Fact]
    public async Task Create_PersonOfAnotherCompany_IsNotFound()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var eve = await server.FoundAnotherAsync();

        var refusal = await eve.RefusedAsync(Method.CreateInvitation, new CreateInvitationRequest { PersonId = ada.PersonId });

        Assert.Equal(RefusalCode.NotFound, refusal.Code);
    }

    [Theory]
    [InlineData(Role.None, "", 0u, "identity.invalid-role")]
    [InlineData((Role)9, "", 0u, "identity.invalid-role")]
    [InlineData(Role.Member, "B\u200Bob", 0u, "identity.invalid-name")]
    [InlineData(Role.Member, "Bob", 721u, "identity.out-of-bounds")]
    [InlineData(Role.Member, "Bob", uint.MaxValue, "identity.out-of-bounds")]
    public async Task Create_BeyondBounds_IsInvalid(Role role, string name, uint hours, string reason)
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var refusal = await ada.RefusedAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = role, PersonName = name, ValidHours = hours });

        Assert.Equal((RefusalCode.Invalid, reason), (refusal.Code, refusal.Reason));
    }

    [Fact]
    public async Task Create_MalformedPerson_IsInvalid()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var refusal = await ada.RefusedAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonId = ByteString.CopyFrom(1, 2, 3) });

        Assert.Equal(RefusalCode.Invalid, refusal.Code);
    }

    [Fact]
    public async Task Join_ImportedPerson_IsClaimed()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var imported = await ada.AskAsync<ImportPeopleResponse>(Method.ImportPeople, new ImportPeopleRequest
        {
            Source = "slack:T1", People = { new ImportedPerson { ExternalId = "U1", Name = "Grace Hopper", Handle = "grace" } },
        });

        var grace = await server.JoinAsync(await ada.InviteAsync(Role.Member, person: imported.PersonIds[0]), person: "Other");

        Assert.Equal((imported.PersonIds[0], "Grace Hopper", Role.Member), (grace.PersonId, grace.SignedIn.PersonName, grace.SignedIn.Role));
        var me = await grace.AskAsync<WhoAmIResponse>(Method.WhoAmI, new WhoAmIRequest());
        Assert.Equal((PersonState.Active, "grace"), (me.Person.State, me.Person.Handle));
        Assert.Equal(2, (await server.EventsAsync("identity.person.joined")).Count);
    }

    [Fact]
    public async Task Create_VaultUnavailable_IsUnavailable()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        server.Vault.IsUnavailable = true;

        var refusal = await ada.RefusedAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "Bob" });

        Assert.Equal(RefusalCode.Unavailable, refusal.Code);
    }
}
