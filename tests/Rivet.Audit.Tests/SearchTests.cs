using CsCheck;
using Rivet.Audit.Searching;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Audit.Tests;

public sealed class SearchTests : AuditTests
{
    [Fact]
    public async Task Find_EmptyLog_FindsNothingAndEnds()
    {
        var found = await FindAsync(AuditQuery.All);
        Assert.Empty(found.Entries);
        Assert.Null(found.Next);
        Assert.Equal((0, 0), (found.Looked, found.Size));
        Assert.Null(found.LookedBackTo);
    }

    [Fact]
    public async Task Find_ByTime_TakesFromAndNotTo()
    {
        var begin = host.Time.GetUtcNow();
        for (var hour = 0; hour < 4; hour++)
        {
            await host.RecordAsync(Event());
            host.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal("2 1", await HoursAsync(new() { From = begin.AddHours(1), To = begin.AddHours(3) }));
        Assert.Equal("3", await HoursAsync(new() { From = begin.AddHours(2.5) }));
        Assert.Equal(begin, (await FindAsync(AuditQuery.All)).LookedBackTo);

        async Task<string> HoursAsync(AuditQuery query)
            => string.Join(' ', (await FindAsync(query with { Kinds = ["a.kind"] })).Entries.Select(entry => (entry.Event.At - begin).TotalHours));
    }

    [Fact]
    public async Task Find_ByHeader_TakesWhatMeetsEveryCondition()
    {
        await host.RecordAsync(
            Event("a.one"),
            Event("a.two", OcsfType.Logon, EventSeverity.High) with { Outcome = EventOutcome.Failure },
            Event("a.three", OcsfType.Logon, EventSeverity.Medium),
            Event("a.one", OcsfType.Logoff, EventSeverity.Critical));
        await AssertFindsAsync([3, 0], new() { Kinds = ["a.one"] });
        await AssertFindsAsync([3, 1, 0], new() { Kinds = ["a.one", "a.two"] });
        await AssertFindsAsync([3, 2, 1], new() { Classes = [3002] });
        await AssertFindsAsync([3, 1], new() { AtLeast = EventSeverity.High });
        await AssertFindsAsync([], new() { AtLeast = EventSeverity.High, AtMost = EventSeverity.Medium });
        await AssertFindsAsync([1], new() { Outcome = EventOutcome.Failure });
        await AssertFindsAsync([3], new() { Classes = [3002], Kinds = ["a.one"] });
        Assert.Empty(await IndicesAsync(new() { Kinds = ["a.one"], Outcome = EventOutcome.Failure }));
    }

    [Fact]
    public async Task Find_ByPerson_AsActorAndAsConcerned()
    {
        var person = new PersonId(Guid.CreateVersion7());
        await host.RecordAsync(
            Event(),
            Event() with { Actor = Subject.OfDevice(company, person, new(Guid.CreateVersion7())) },
            Event() with { Concerned = person },
            Event() with { Target = Resource.Of(person, company) });
        await AssertFindsAsync([3, 2, 1], new() { Person = person });
    }

    [Fact]
    public async Task Find_ByTargetAndVia_AndAboutEither()
    {
        var (device, other) = (new DeviceId(Guid.CreateVersion7()), new PersonId(Guid.CreateVersion7()));
        await host.RecordAsync(
            Event(),
            Event() with { Target = Resource.Of(device, company) },
            Event() with { Actor = Subject.OfDevice(company, other, device) },
            Event() with { Target = Resource.Of(company) },
            Event() with { Details = new Dictionary<string, string> { ["a"] = device.ToString() } });
        await AssertFindsAsync([1], new() { Target = device.Value });
        await AssertFindsAsync([3], new() { TargetKind = "company" });
        Assert.Empty(await IndicesAsync(new() { TargetKind = "company", Target = device.Value }));
        await AssertFindsAsync([2], new() { Via = device.Value });
        await AssertFindsAsync([4, 2, 1], new() { About = device.Value });
    }

    [Fact]
    public async Task Find_ByText_InKindAndDetails()
    {
        await host.RecordAsync(
            Event("vault.key.destroyed"),
            Event() with { Details = new Dictionary<string, string> { ["a"] = "Zürich 测试" } },
            Event());
        await AssertFindsAsync([0], new() { Text = " KEY.dest " });
        await AssertFindsAsync([1], new() { Text = "zürich" });
        await AssertFindsAsync([2, 1, 0], new() { Text = "  " });
        Assert.Empty(await IndicesAsync(new() { Text = "%" }));
    }

    [Fact]
    public async Task Find_PageAfterPage_HasNoGapsAndNoDoubles()
    {
        await RecordManyAsync(AuditSearch.AtATime + 300);
        foreach (var count in new[] { 1000, 333 })
        {
            var seen = new List<long>();
            for (long? before = null; seen.Count == 0 || before is not null;)
            {
                var found = await FindAsync(new() { Kinds = ["even"] }, before, count);
                Assert.True(found.Entries.Count <= count);
                seen.AddRange(found.Entries.Select(entry => entry.Index));
                before = found.Next;
            }

            Assert.Equal(Enumerable.Range(0, AuditSearch.AtATime + 300).Where(index => index % 2 == 0).Reverse().Select(index => (long)index), seen);
        }
    }

    [Fact]
    public async Task Find_MoreThanOneCallLooksAt_SaysFromWhereToGoOn()
    {
        await RecordManyAsync(AuditSearch.MostRead + AuditSearch.AtATime + 10);
        var first = await FindAsync(new() { Kinds = ["nothing-like-it"] });
        Assert.Empty(first.Entries);
        Assert.InRange(first.Looked, AuditSearch.MostRead - AuditSearch.AtATime, AuditSearch.MostRead + AuditSearch.AtATime);
        Assert.Equal(first.Size - first.Looked, first.Next);
        var second = await FindAsync(new() { Kinds = ["nothing-like-it"] }, first.Next);
        Assert.Null(second.Next);
        Assert.Equal(first.Size, first.Looked + second.Looked);
    }

    [Fact]
    public async Task Find_OtherCompanysEvents_Never()
    {
        var (other, shared) = (new CompanyId(Guid.CreateVersion7()), new PersonId(Guid.CreateVersion7()));
        var theirs = host.Event(other) with { Actor = Subject.OfDevice(other, shared, new(Guid.CreateVersion7())) };
        await host.RecordAsync(theirs, Event() with { Actor = Subject.OfDevice(company, shared, new(Guid.CreateVersion7())) });
        Assert.Equal(company, Assert.Single((await FindAsync(new() { Person = shared })).Entries).Event.Actor.Company);
        Assert.Empty((await FindAsync(new() { Via = theirs.Actor.Via })).Entries);
        Assert.Empty((await FindAsync(new() { Target = theirs.Target.Id })).Entries);
    }

    [Fact]
    public async Task Find_WithAPermitForSomethingElse_IsRefused()
    {
        await host.RecordAsync(Event());
        var wrong = await host.PermitAsync(company, "status.read");
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Search.FindAsync(wrong, AuditQuery.All, null, 10, Ct)).Refusal);
    }

    [Fact]
    public async Task Find_StoreClosed_IsUnavailable()
    {
        ((IDisposable)host.Store).Dispose();
        Assert.Equal(AuditRefusal.Unavailable, (await host.Search.FindAsync(permit, AuditQuery.All, null, 10, Ct)).Refusal);
    }

    [Fact]
    public async Task Find_HostileBounds_AreBounded()
    {
        await host.RecordAsync(Event(), Event());
        await AssertFindsAsync([1, 0], AuditQuery.All, before: long.MaxValue, count: int.MaxValue);
        await AssertFindsAsync([1], AuditQuery.All, before: null, count: int.MinValue);
        Assert.Empty(await IndicesAsync(AuditQuery.All, before: long.MinValue));
        await AssertFindsAsync([1, 0], new() { FromIndex = long.MinValue });
        Assert.Empty(await IndicesAsync(new() { FromIndex = long.MaxValue }));
        Assert.Empty(await IndicesAsync(new() { From = DateTimeOffset.MaxValue, To = DateTimeOffset.MinValue }));
        Assert.Empty(await IndicesAsync(new() { Text = new string('x', 1_000_000) }));
        Assert.Empty(await IndicesAsync(new() { Kinds = [.. Enumerable.Range(0, 100_000).Select(number => $"k{number}")], Classes = [int.MinValue, int.MaxValue] }));
    }

    [Fact]
    public async Task Find_ErasedPerson_IsFoundByTheHeaderAndNotByTheName()
    {
        var person = new PersonId(Guid.CreateVersion7());
        await host.RecordAsync(Event("before") with { Actor = Subject.OfDevice(company, person, new(Guid.CreateVersion7())) });
        await AssertFindsAsync([0], new() { Person = person });
        await host.Vault.DestroyAsync(new KeyScope(company, AuditEvents.KeysOfPeople, KeyPeriod.Unbounded, KeyHolder.Of(person)), Ct);
        Assert.Empty(await IndicesAsync(new() { Person = person }));
        var entry = Assert.Single((await FindAsync(new() { Kinds = ["before"] })).Entries);
        Assert.Equal((AuditContentState.Readable, AuditContentState.Destroyed), (entry.Content, entry.People));
    }

    [Fact]
    public async Task Find_DestroyedContent_IsFoundByTheHeaderOnly()
    {
        await host.RecordAsync(Event("before") with { Details = new Dictionary<string, string> { ["a"] = "needle" } });
        await AssertFindsAsync([0], new() { Text = "needle" });
        await host.Vault.DestroyAsync(KeyScope.Of(company, AuditEvents.KeysOf(3004), KeyPeriod.Of(host.Time.GetUtcNow())), Ct);
        Assert.Empty(await IndicesAsync(new() { Text = "needle" }));
        await AssertFindsAsync([0], new() { Text = "before" });
        Assert.Equal(AuditContentState.Destroyed, Assert.Single((await FindAsync(new() { Classes = [3004], Kinds = ["before"] })).Entries).Content);
    }

    [Fact]
    public async Task Find_MissingBundle_KeepsThePlacesOfTheOthers()
    {
        await RecordManyAsync(600);
        AuditHost.Edit(folder, $"DELETE FROM audit_bundle WHERE number = 1 AND company = x'{company}'");
        var found = await FindAsync(AuditQuery.All, before: null, count: 1000);
        Assert.Equal(Enumerable.Range(0, 600).Reverse().Select(index => (long)index), found.Entries.Select(entry => entry.Index));
        Assert.All(found.Entries, entry => Assert.Equal(entry.Index is >= 256 and < 512, entry.Content is AuditContentState.Damaged));
        Assert.Equal(344 / 2, (await FindAsync(new() { Kinds = ["even"] }, before: null, count: 1000)).Entries.Count);
    }

    [Fact]
    public async Task Find_AnyQuery_EqualsANaiveFilterOverAllEntries()
    {
        var people = Enumerable.Range(0, 3).Select(_ => new PersonId(Guid.CreateVersion7())).ToArray();
        var things = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToArray();
        var begin = host.Time.GetUtcNow();
        await host.RecordAsync([.. Enumerable.Range(0, 400).Select(at => (At: at, Number: ((at * 31) + (at / 7)) % 6)).Select(fact => Of(fact.Number, fact.At))]);
        SecurityEvent Of(int number, int at) => Event($"kind.{number}", (number % 3) switch { 0 => OcsfType.Logon, 1 => OcsfType.EntityCreated, _ => OcsfType.DatastoreRead }, (EventSeverity)(1 + (at % 6))) with
        {
            At = begin.AddMinutes((at * 7) % 100),
            Actor = at % 5 == 0 ? Subject.OfSystem(company) : Subject.OfDevice(company, people[at % 3], new(things[(at / 3) % 3])),
            Target = new(at % 2 == 0 ? "device" : "conversation", things[at % 3], company),
            Concerned = at % 4 == 0 ? people[(at / 4) % 3] : default,
            Outcome = at % 7 == 0 ? EventOutcome.Failure : EventOutcome.Success,
            Details = new Dictionary<string, string> { ["a"] = $"value {number}" },
        };
        var all = (await host.Log.ReadAsync(permit, 0, 1000, Ct)).Value;
        var query = from kinds in Gen.Int[0, 6].Select(number => $"kind.{number}").Array[0, 2]
                    from classes in OneOf<int[]>([], [3002], [3004, 6005], [1])
                    from least in OneOf<EventSeverity?>(null, EventSeverity.Low, EventSeverity.High)
                    from outcome in OneOf<EventOutcome?>(null, EventOutcome.Success, EventOutcome.Failure)
                    from person in OneOf([default, default, .. people])
                    from target in OneOf([default, default, .. things])
                    from via in OneOf([default, default, .. things])
                    from text in OneOf<string?>(null, null, "VALUE 2", "kind.1", "none")
                    from times in Gen.Select(Gen.Int[-10, 110], Gen.Int[-10, 110])
                    from timed in Gen.Int[0, 3]
                    select new AuditQuery
                    {
                        Kinds = kinds, Classes = classes, AtLeast = least, AtMost = least is > EventSeverity.Low ? least : null, Outcome = outcome, Person = person, Target = target, Via = via, Text = text,
                        From = (timed & 1) == 0 ? null : begin.AddMinutes(times.Item1), To = (timed & 2) == 0 ? null : begin.AddMinutes(times.Item2),
                    };
        await Gen.Select(query, Gen.Int[1, 450]).SampleAsync(
            async (wanted, count) =>
            {
                var seen = new List<long>();
                for (long? before = null, next = 0; next is not null; before = next)
                {
                    var found = await FindAsync(wanted, before, count);
                    seen.AddRange(found.Entries.Select(entry => entry.Index));
                    next = found.Next;
                }

                Assert.Equal(all.Where(entry => IsWanted(wanted, entry.Event)).Select(entry => entry.Index).OrderDescending(), seen);
            },
            iter: 300, threads: 1);
    }

    private static bool IsWanted(AuditQuery query, SecurityEvent what)
    {
        var conditions = new List<bool>
        {
            query.From is null || what.At >= query.From,
            query.To is null || what.At < query.To,
            query.Kinds.Count == 0 || query.Kinds.Any(kind => kind == what.Kind.Name),
            query.Classes.Count == 0 || query.Classes.Any(number => number == (int)what.Kind.Type / 100),
            query.AtLeast is null || what.Kind.Severity >= query.AtLeast,
            query.AtMost is null || what.Kind.Severity <= query.AtMost,
            query.Outcome is null || what.Outcome == query.Outcome,
            query.Person == default || new[] { what.Actor.Person, what.Concerned }.Contains(query.Person),
            query.Target == default || what.Target.Id == query.Target,
            query.Via == default || what.Actor.Via == query.Via,
            query.Text is null || $"{what.Kind.Name}\n{string.Join('\n', what.Details.Values)}".ToUpperInvariant().Contains(query.Text.ToUpperInvariant(), StringComparison.Ordinal),
        };
        return conditions.TrueForAll(condition => condition);
    }

    private SecurityEvent Event(string kind = "a.kind", OcsfType type = OcsfType.EntityCreated, EventSeverity severity = EventSeverity.Low)
        => host.Event(company) with { Kind = new(kind, type, severity, "zweck", "a") };

    /// <summary>Kinds <c>even</c> and <c>odd</c> in turn; the system's own, which need no key of a person.</summary>
    private async Task RecordManyAsync(int count)
    {
        for (var done = 0; done < count; done += 5000)
        {
            var events = Enumerable.Range(done, Math.Min(5000, count - done)).Select(at => Event(at % 2 == 0 ? "even" : "odd") with { Actor = Subject.OfSystem(company) }).ToArray();
            await host.Store.WriteAsync(
                transaction =>
                {
                    foreach (var fact in events)
                    {
                        transaction.Record(fact);
                    }

                    return 0;
                },
                Ct);
            await host.PumpAsync();
        }
    }

    private async Task<AuditFound> FindAsync(AuditQuery query, long? before = null, int count = 100)
        => (await host.Search.FindAsync(permit, query, before, count, Ct)).Value;

    private async Task AssertFindsAsync(long[] indices, AuditQuery query, long? before = null, int count = 100)
        => Assert.Equal(indices, await IndicesAsync(query, before, count));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private async Task<long[]> IndicesAsync(AuditQuery query, long? before = null, int count = 100)
        => [.. (await FindAsync(query, before, count)).Entries.Select(entry => entry.Index)];
}
