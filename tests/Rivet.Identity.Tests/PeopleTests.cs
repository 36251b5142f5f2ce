using System.Text;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

public sealed class PeopleTests
{
    [Fact]
    public async Task List_Pages_ShowsEverybodyOnce()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        await ImportAsync(ada, Enumerable.Range(0, 25).Select(number => ($"U{number}", $"Person {number}", "")));
        var names = new List<string>();
        var after = ByteString.Empty;
        ListPeopleResponse page;
        do
        {
            page = await ada.AskAsync<ListPeopleResponse>(Method.ListPeople, new ListPeopleRequest { After = after, Limit = 10 });
            names.AddRange(page.People.Select(person => person.Name));
            after = page.People[^1].PersonId;
        }
        while (page.More);

        Assert.Equal(26, names.Count);
        Assert.Equal(26, names.Distinct().Count());
    }

    [Fact]
    public async Task List_AnotherCompany_IsInvisible()
    {
        await using var server = await TestServer.StartAsync();
        await (await server.FoundAsync()).BringAsync("Bob");
        var eve = await server.FoundAnotherAsync();

        var page = await eve.AskAsync<ListPeopleResponse>(Method.ListPeople, new ListPeopleRequest());

        Assert.Equal(["Eve"], page.People.Select(person => person.Name));
    }

    [Fact]
    public async Task List_ByGuest_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var guest = await (await server.FoundAsync()).BringAsync("Guest", Role.Guest);

        Assert.Equal(RefusalCode.Denied, (await guest.RefusedAsync(Method.ListPeople, new ListPeopleRequest())).Code);
    }

    [Fact]
    public async Task List_TooManyAtOnce_IsInvalid()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        Assert.Equal(RefusalCode.Invalid, (await ada.RefusedAsync(Method.ListPeople, new ListPeopleRequest { Limit = 501 })).Code);
        Assert.Equal(RefusalCode.Invalid, (await ada.RefusedAsync(Method.ListPeople, new ListPeopleRequest { Limit = uint.MaxValue })).Code);
        Assert.Equal(
            RefusalCode.Invalid, (await ada.RefusedAsync(Method.ListPeople, new ListPeopleRequest { After = ByteString.CopyFrom(1) })).Code);
    }

    [Fact]
    public async Task Store_HoldsNoNameInClear()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync("Verborgene Werke", "Geheime Ada");
        var bob = await ada.BringAsync("Unsichtbarer Bob");
        await ada.InviteAsync(name: "Erwartete Carla");
        await ImportAsync(ada, [("UEXTERNAL77", "Importierte Dora", "dorahandle")]);
        Assert.Equal("Unsichtbarer Bob", bob.SignedIn.PersonName);

        foreach (var name in new[]
        {
            "Verborgene", "Geheime", "Unsichtbarer", "Erwartete", "Importierte", "dorahandle", "geheime", "unsichtbarer", "UEXTERNAL77", "Laptop",
        })
        {
            Assert.False(server.IsStored(Encoding.UTF8.GetBytes(name)), name);
        }

        Assert.True(server.IsStored(ada.Subject.Person.ToBytes()));
    }

    [Fact]
    public async Task Import_Twice_AddsNothing()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var first = await ImportAsync(ada, [("U1", "Grace", "grace"), ("U2", "Linus", "linus")]);
        var second = await ImportAsync(ada, [("U2", "Linus renamed", "linus"), ("U1", "Grace", "grace"), ("U3", "New", "new")]);

        Assert.Equal((2u, 1u), (first.Added, second.Added));
        Assert.Equal([first.PersonIds[1], first.PersonIds[0]], second.PersonIds.Take(2));
        Assert.Equal(["2", "1"], (await server.EventsAsync("identity.people.imported")).Select(found => found.Details["count"]));
    }

    [Fact]
    public async Task Import_SameIdOfAnotherSource_IsAnotherPerson()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var first = await ImportAsync(ada, [("U1", "Grace", "grace")], "slack:T1");
        var second = await ImportAsync(ada, [("U1", "Grace", "grace")], "slack:T2");

        Assert.NotEqual(first.PersonIds[0], second.PersonIds[0]);
    }

    [Fact]
    public async Task Import_TheSamePersonTwiceInOneBatch_IsOnePerson()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();

        var imported = await ImportAsync(ada, [("U1", "Grace", "grace"), ("U1", "Grace", "grace")]);

        Assert.Equal(1u, imported.Added);
        Assert.Equal(imported.PersonIds[0], imported.PersonIds[1]);
    }

    [Fact]
    public async Task Import_TwoRunsAtOnce_AddEverybodyOnce()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var people = Enumerable.Range(0, 40).Select(number => ($"U{number}", "Same Name", "same")).ToArray();

        var runs = await Task.WhenAll(Task.Run(() => ImportAsync(ada, people)), Task.Run(() => ImportAsync(ada, people)));

        Assert.Equal(40u, runs[0].Added + runs[1].Added);
        Assert.Equal(runs[0].PersonIds, runs[1].PersonIds);
    }

    [Fact]
    public async Task Import_HandlesTaken_AreNumbered()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync(person: "Ada");

        await ImportAsync(ada, [("U1", "Other Ada", "ADA"), ("U2", "Third", "ada"), ("U3", "", ""), ("U4", "\u0007\u202E", "!!")]);

        var people = (await ada.AskAsync<ListPeopleResponse>(Method.ListPeople, new ListPeopleRequest())).People;
        Assert.Equal(["ada", "ada2", "ada3", "person", "person2"], people.Select(person => person.Handle).Order());
        Assert.Equal(["!!", "Ada", "Other Ada", "Third", "U3"], people.Select(person => person.Name).Order(StringComparer.Ordinal));
        Assert.Equal(4, people.Count(person => person.State == PersonState.Imported));
    }

    [Fact]
    public async Task Import_ByMember_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await (await server.FoundAsync()).BringAsync("Bob");

        Assert.Equal(RefusalCode.Denied, (await bob.RefusedAsync(Method.ImportPeople, new ImportPeopleRequest { Source = "slack:T1" })).Code);
    }

    [Fact]
    public async Task Import_BeyondBounds_IsInvalidAndAddsNobody()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var tooMany = new ImportPeopleRequest { Source = "slack:T1" };
        tooMany.People.AddRange(Enumerable.Range(0, 501).Select(number => new ImportedPerson { ExternalId = $"U{number}" }));
        var good = new ImportedPerson { ExternalId = "U1", Name = "Grace" };

        foreach (var request in new[]
        {
            tooMany,
            new ImportPeopleRequest { Source = "", People = { good } },
            new ImportPeopleRequest { Source = new string('x', 101), People = { good } },
            new ImportPeopleRequest { Source = "slack:T1", People = { good, new ImportedPerson { Name = "No id" } } },
        })
        {
            Assert.Equal(RefusalCode.Invalid, (await ada.RefusedAsync(Method.ImportPeople, request)).Code);
        }

        Assert.Single((await ada.AskAsync<ListPeopleResponse>(Method.ListPeople, new ListPeopleRequest())).People);
    }

    [Fact]
    public async Task FindStranger_NamesTheFirstWhoIsNobodyHere()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var eve = await server.FoundAnotherAsync();
        var grace = EntityId.Read<PersonId>((await ImportAsync(ada, [("U1", "Grace", "grace")])).PersonIds[0].Span);
        var people = server.Get<IPeople>();

        Assert.Equal(default, await people.FindStrangerAsync(ada.Subject.Company, [ada.Subject.Person, grace], CancellationToken.None));
        Assert.Equal(
            eve.Subject.Person,
            await people.FindStrangerAsync(ada.Subject.Company, [ada.Subject.Person, eve.Subject.Person], CancellationToken.None));
    }

    private static async Task<ImportPeopleResponse> ImportAsync(
        TestDevice device, IEnumerable<(string Id, string Name, string Handle)> people, string source = "slack:T1")
        => await device.AskAsync<ImportPeopleResponse>(Method.ImportPeople, new ImportPeopleRequest
        {
            Source = source,
            People = { people.Select(person => new ImportedPerson { ExternalId = person.Id, Name = person.Name, Handle = person.Handle }) },
        });
}
