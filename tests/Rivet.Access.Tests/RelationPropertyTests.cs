using CsCheck;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Access.Tests;

/// <summary>Random histories of relations against an oracle that keeps a set and writes the rules out longhand.</summary>
public sealed class RelationPropertyTests
{
    private static readonly string[] Permissions = [.. RoleModel.Rules.Select(rule => rule.Permission).Distinct(), "made.up"];

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, World.People - 1], Gen.Int[0, World.Things - 1], Gen.Enum<Relation>(),
        (verb, person, thing, relation) => new Step(verb == 0, person, thing, relation));

    [Fact]
    public async Task History_AnyOrderOfChangesAndQuestions_MatchesTheOracle()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder, options => options.CachedStandings = 8);
        await Steps.Array[1, 40].SampleAsync(steps => CompareAsync(host, new World(), steps), iter: 40);
    }

    private static async Task CompareAsync(AccessHost host, World world, Step[] steps)
    {
        var facts = new HashSet<(Resource, Relation, PersonId)>();
        foreach (var step in steps)
        {
            var (person, resource) = (world.Person[step.Person], world.Thing[step.Thing]);
            if (step.Remove)
            {
                facts.Remove((resource, step.Relation, person));
                await host.RemoveAsync(resource, step.Relation, person);
            }
            else
            {
                facts.Add((resource, step.Relation, person));
                await host.AddAsync(resource, step.Relation, person);
            }

            foreach (var permission in Permissions)
            {
                var subject = Some.OnDevice(resource.Company, person);
                var answer = await host.ReasonAsync(subject, permission, resource) == "";
                Assert.True(Oracle(facts, subject, permission, resource) == answer, $"{permission} on {resource.Kind}: {answer}");
            }
        }
    }

    [Fact]
    public async Task Removal_Returned_NobodyIsPermittedAnyMore()
    {
        using var folder = new TempFolder();
        await using var host = await AccessHost.StartAsync(folder, options => options.CachedStandings = 4);
        var (id, person) = (Some.Company(), Some.Person());
        var subject = Some.OnDevice(id, person);
        var company = Resource.Of(id);
        using var stop = new CancellationTokenSource();
        var askers = Enumerable.Range(0, 3).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await host.ReasonAsync(subject, "link.echo", company);

                    // Also moves the generations of the small cache.
                    await host.ReasonAsync(subject, "message.send", Resource.Of(Some.Conversation(), id));
                }
            },
            TestContext.Current.CancellationToken)).ToArray();

        for (var round = 0; round < 300; round++)
        {
            await host.AddAsync(company, Relation.Guest, person);
            Assert.Equal("", await host.ReasonAsync(subject, "link.echo", company));
            await host.RemoveAsync(company, Relation.Guest, person);
            Assert.Equal("access.not-a-member", await host.ReasonAsync(subject, "link.echo", company));
        }

        await stop.CancelAsync();
        await Task.WhenAll(askers);
    }

    private static bool Oracle(HashSet<(Resource, Relation, PersonId)> facts, Subject subject, string permission, Resource resource)
    {
        bool Is(Resource of, Relation relation) => facts.Contains((of, relation, subject.Person));
        var home = Resource.Of(subject.Company);
        var administrator = Is(home, Relation.Administrator);
        var staff = administrator || Is(home, Relation.Member);
        var anyone = staff || Is(home, Relation.Guest);
        var oneself = resource.Id == subject.Person.Value;
        return (permission, resource.Kind) switch
        {
            ("link.echo" or "identity.self.read" or "identity.page.open" or "conversation.list", "company") => anyone,
            ("identity.people.read" or "conversation.create" or "presence.watch", "company") => staff,
            ("identity.people.import" or "identity.invitation.create" or "identity.device.read" or "conversation.import" or "message.policy" or "settings.read" or "mail.manage" or "audit.share" or "audit.key" or "vault.read" or "vault.manage" or "transit.manage" or "audit.retain" or "identity.company.change"
                or "status.read" or "audit.read", "company") => administrator,
            ("identity.self.read" or "identity.invitation.create" or "identity.device.read" or "identity.device.sign-out",
                "person") => administrator || (anyone && oneself),
            ("identity.page.open", "person") => anyone && oneself,
            ("conversation.read" or "conversation.manage" or "conversation.leave" or "message.send" or "file.put" or "file.get",
                "conversation") => anyone && Is(resource, Relation.Member),
            _ => false,
        };
    }

    private sealed record Step(bool Remove, int Person, int Thing, Relation Relation);

    /// <summary>Two companies, three people, two conversations' ids in both companies: each history has its own.</summary>
    private sealed class World
    {
        public const int People = 3;
        public const int Things = 2 + 4 + 6;

        public World()
        {
            CompanyId[] companies = [Some.Company(), Some.Company()];
            ConversationId[] conversations = [Some.Conversation(), Some.Conversation()];
            Thing =
            [
                .. companies.Select(Resource.Of),
                .. from company in companies from conversation in conversations select Resource.Of(conversation, company),
                .. from company in companies from person in Person select Resource.Of(person, company),
            ];
        }

        public PersonId[] Person { get; } = [Some.Person(), Some.Person(), Some.Person()];

        public Resource[] Thing { get; }
    }
}
