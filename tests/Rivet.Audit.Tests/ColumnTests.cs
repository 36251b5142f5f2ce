using CsCheck;
using Rivet.Audit.Columns;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Audit.Tests;

/// <summary>Counting and finding over stored columns, over entries that have none yet, and over both, against a naive count.</summary>
public sealed class ColumnTests : IAsyncLifetime
{
    private const int Entries = ColumnBlock.SegmentSize + 700;
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private readonly PersonId[] people = [.. Enumerable.Range(0, 5).Select(_ => new PersonId(Guid.CreateVersion7()))];
    private readonly Guid[] things = [.. Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7())];
    private AuditHost host = null!;
    private Permit permit = null!;
    private List<AuditEntry> all = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await AuditHost.StartAsync(folder);
        permit = await host.PermitAsync(company);
        var begin = host.Time.GetUtcNow();
        var (before, events) = (await host.Store.ReadAsync(session => Rivet.Audit.Sealing.LogTable.SizeOf(session, company), Ct), Enumerable.Range(0, Entries).Select(at => Of(at, begin)).ToArray());
        foreach (var some in events.Chunk(4000))
        {
            await host.Store.WriteAsync(
                transaction =>
                {
                    Array.ForEach(some, transaction.Record);
                    return 0;
                },
                Ct);
            await host.PumpAsync();
        }

        all = [];
        while (all.Count < before + Entries)
        {
            all.AddRange((await host.Log.ReadAsync(permit, all.Count, 1000, Ct)).Value);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task CountAndFind_AnyQuery_AgreeWithANaiveCount_WithAndWithoutColumns()
    {
        await SampleAsync(iterations: 12);
        await KeepAsync();
        Assert.Equal([0L], await SegmentsAsync());
        await SampleAsync(iterations: 150);
    }

    [Fact]
    public async Task Columns_ErasedPerson_IsNobodyAtOnce_AndGoneFromTheColumnsSoon()
    {
        await KeepAsync();
        var erased = people[1];
        Assert.True((await CountAsync(new() { Person = erased })).Total > 100);
        var whole = (await CountAsync(AuditQuery.All)).Total;
        await host.Vault.DestroyAsync(new KeyScope(company, AuditEvents.KeysOfPeople, KeyPeriod.Unbounded, KeyHolder.Of(erased)), Ct);
        Assert.Equal(0, (await CountAsync(new() { Person = erased })).Total);
        Assert.Equal(whole, (await CountAsync(AuditQuery.All)).Total);
        Assert.DoesNotContain(erased.ToString(), await ValuesAsync(AuditDimension.Person));
        Assert.Equal(people.Length, await NumbersAsync());

        host.Time.Advance(TimeSpan.FromMinutes(11));
        await KeepAsync();
        Assert.Equal(people.Length - 1, await NumbersAsync());
        Assert.True((await CountAsync(new() { Person = people[2] })).Total > 100);
        Assert.Equal(whole, (await CountAsync(AuditQuery.All, new AuditGrouping { By = AuditDimension.Person })).Total);
        Assert.Equal(0, (await CountAsync(new() { Person = erased })).Total);
    }

    [Fact]
    public async Task Columns_DestroyedMonth_KeepsOnlyWhatEntriesSayOpenly()
    {
        await KeepAsync();
        var (logons, targets) = ((await CountAsync(new() { Classes = [3002] })).Total, (await CountAsync(new() { Classes = [3002], TargetKind = "device" })).Total);
        Assert.True(targets > 0);
        foreach (var month in Enumerable.Range(0, 3))
        {
            await host.Vault.DestroyAsync(KeyScope.Of(company, AuditEvents.KeysOf(3002), KeyPeriod.Of(host.Time.GetUtcNow().AddMonths(month))), Ct);
        }

        Assert.Equal(logons, (await CountAsync(new() { Classes = [3002] })).Total);
        Assert.Equal(0, (await CountAsync(new() { Classes = [3002], TargetKind = "device" })).Total);
        Assert.Equal(0, (await CountAsync(new() { Classes = [3002], Person = people[0] })).Total);
        Assert.True((await CountAsync(new() { Classes = [3004], TargetKind = "device" })).Total > 0);
        Assert.Equal(logons, (await CountAsync(new() { Classes = [3002] }, new AuditGrouping { By = AuditDimension.Actor })).Groups[0].Counts.Sum(count => count.Count));
    }

    [Fact]
    public async Task Columns_Changed_AreThrownAwayAndTheAnswerIsRight()
    {
        await KeepAsync();
        AuditHost.EditBlob(folder, "audit_column", "content", "part = 4 AND rowid = (SELECT max(rowid) FROM audit_column WHERE part = 4)", bytes => bytes[^1] ^= 1);
        await AssertAgreesAsync(new() { Kinds = ["kind.1"] });
        Assert.Empty(await SegmentsAsync());
        await KeepAsync();
        Assert.Equal([0L], await SegmentsAsync());
        await AssertAgreesAsync(new() { Kinds = ["kind.1"] });
    }

    [Fact]
    public async Task Columns_FoundChangedWhileSearching_TheEntriesThemselvesAnswer()
    {
        await KeepAsync();
        AuditHost.EditBlob(folder, "audit_column", "content", "part = 2 AND rowid = (SELECT max(rowid) FROM audit_column WHERE part = 2)", bytes => bytes[^1] ^= 1);
        await AssertAgreesAsync(new() { Kinds = ["kind.1"] });
    }

    [Fact]
    public async Task Columns_SwappedBetweenBlocks_AreThrownAway()
    {
        await KeepAsync();
        AuditHost.Edit(folder, "UPDATE audit_column SET content = (SELECT content FROM audit_column AS other WHERE other.part = 1 AND other.rowid <> audit_column.rowid LIMIT 1) WHERE part = 1");
        await AssertAgreesAsync(new() { Kinds = ["kind.1"] });
    }

    [Fact]
    public async Task Columns_PeopleChanged_AreMadeAnew()
    {
        await KeepAsync();
        AuditHost.EditBlob(folder, "audit_column_person", "person", "number = 1", bytes => bytes[^1] ^= 1);
        Assert.Equal(AuditRefusal.Unavailable, (await host.Analysis.CountAsync(permit, new() { Person = people[0] }, [new()], Ct)).Refusal);
        host.Time.Advance(TimeSpan.FromMinutes(11));
        await KeepAsync();
        await AssertAgreesAsync(new() { Person = people[0] });
    }

    [Fact]
    public async Task Columns_SayNothingInClear()
    {
        await KeepAsync();
        var contents = await host.Store.ReadAsync(session => session.Query("SELECT content FROM audit_column UNION ALL SELECT person FROM audit_column_person", row => (byte[])row.GetValue(0)), Ct);
        foreach (var bytes in contents)
        {
            Assert.Equal(-1, bytes.AsSpan().IndexOf("kind."u8));
            Assert.Equal(-1, bytes.AsSpan().IndexOf("device"u8));
            Assert.All(people, person => Assert.Equal(-1, bytes.AsSpan().IndexOf(person.ToBytes())));
        }
    }

    [Fact]
    public async Task Count_WithAPermitForSomethingElse_IsRefused()
    {
        var wrong = await host.PermitAsync(company, "status.read");
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Analysis.CountAsync(wrong, AuditQuery.All, [new()], Ct)).Refusal);
    }

    [Fact]
    public async Task Count_ByDayInAZone_BeginsAtItsMidnights()
    {
        await KeepAsync();
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata");
        var counts = (await CountAsync(AuditQuery.All, new AuditGrouping { Per = AuditSpan.Day, Zone = zone })).Groups[0].Counts;
        var expected = all.GroupBy(entry => TimeZoneInfo.ConvertTime(entry.Event.At, zone).Date).OrderBy(day => day.Key).Select(day => (day.Key, (long)day.Count()));
        Assert.Equal(expected, counts.Select(count => (count.Start!.Value.DateTime, count.Count)));
        Assert.All(counts, count => Assert.Equal(TimeSpan.FromHours(5.5), count.Start!.Value.Offset));
    }

    [Fact]
    public async Task Count_MostValues_TellsTheOthersTogether()
    {
        var group = (await CountAsync(AuditQuery.All, new AuditGrouping { By = AuditDimension.Kind, Most = 2 })).Groups[0];
        Assert.Equal(2, group.Values.Count);
        Assert.Equal(3, group.Counts.Count);
        Assert.Equal(all.Count, group.Counts.Sum(count => count.Count));
        Assert.Contains(group.Counts, count => count.Value == AuditCount.Others);
    }

    private SecurityEvent Of(int at, DateTimeOffset begin)
    {
        var number = ((at * 31) + (at / 7)) % 6;
        var type = (number % 3) switch { 0 => OcsfType.Logon, 1 => OcsfType.EntityCreated, _ => OcsfType.DatastoreRead };
        return host.Event(company) with
        {
            Kind = new($"kind.{number}", type, (EventSeverity)(1 + (number % 5)), "zweck", "a"),
            // Over months, with a clock that jumps back now and then.
            At = begin.AddMinutes((at * 5) - (at % 100 == 99 ? 3000 : 0)),
            Actor = at % 5 == 0 ? Subject.OfSystem(company) : Subject.OfDevice(company, people[at % people.Length], new(things[(at / 3) % things.Length])),
            Target = (at % 4) switch { 0 => new("device", things[at % things.Length], company), 1 => new("person", people[(at / 2) % people.Length].Value, company), _ => new("conversation", things[(at / 5) % things.Length], company) },
            Concerned = at % 4 != 1 && at % 6 == 0 ? people[(at / 4) % people.Length] : default,
            Outcome = at % 7 == 0 ? EventOutcome.Failure : EventOutcome.Success,
            Details = new Dictionary<string, string> { ["zweck"] = at % 11 == 0 ? things[(at / 11) % things.Length].ToString("N") : "prüfen", ["a"] = $"value {at % 500}" },
        };
    }

    private async Task SampleAsync(int iterations)
    {
        var begin = host.Time.GetUtcNow();
        var query = from kinds in Gen.Int[0, 6].Select(number => $"kind.{number}").Array[0, 2]
                    from classes in OneOf<int[]>([], [], [3002], [3004, 6005])
                    from least in OneOf<EventSeverity?>(null, null, EventSeverity.Low, EventSeverity.High)
                    from outcome in OneOf<EventOutcome?>(null, EventOutcome.Success, EventOutcome.Failure)
                    from person in OneOf([default, default, default, .. people])
                    from kind in OneOf<string?>(null, null, "device", "person", "none")
                    from target in OneOf([default, default, default, things[0], people[0].Value])
                    from via in OneOf([default, default, default, things[1]])
                    from about in OneOf([default, default, default, things[2], people[1].Value])
                    from text in OneOf<string?>(null, null, null, null, "VALUE 2", "kind.1")
                    from times in Gen.Select(Gen.Int[-10, Entries * 5], Gen.Int[-10, Entries * 5])
                    from timed in Gen.Int[0, 3]
                    from fromIndex in OneOf(0L, 0, 0, 5000, Entries - 100)
                    select new AuditQuery
                    {
                        Kinds = kinds, Classes = classes, AtLeast = least, AtMost = least is > EventSeverity.Low ? least : null, Outcome = outcome, Person = person, TargetKind = kind, Target = target, Via = via, About = about, Text = text, FromIndex = fromIndex,
                        From = (timed & 1) == 0 ? null : begin.AddMinutes(times.Item1), To = (timed & 2) == 0 ? null : begin.AddMinutes(times.Item2),
                    };
        await query.SampleAsync(AssertAgreesAsync, iter: iterations, threads: 1);
    }

    private async Task AssertAgreesAsync(AuditQuery query)
    {
        var counts = await CountAsync(query, [.. Enum.GetValues<AuditDimension>().Select((by, at) => new AuditGrouping { By = by, Per = at % 2 == 0 ? AuditSpan.Month : null })]);
        var wanted = all.Where(entry => entry.Index >= counts.FromIndex && entry.Index >= query.FromIndex && IsWanted(query, entry.Event)).ToArray();
        Assert.Equal(wanted.Length, counts.Total);
        AssertGroup(AuditDimension.Kind, entry => [entry.Event.Kind.Name]);
        AssertGroup(AuditDimension.Class, entry => [$"{(int)entry.Event.Kind.Type / 100}"]);
        AssertGroup(AuditDimension.Severity, entry => [$"{(int)entry.Event.Kind.Severity}"]);
        AssertGroup(AuditDimension.Outcome, entry => [entry.Event.Outcome == EventOutcome.Success ? "success" : "failure"]);
        AssertGroup(AuditDimension.Actor, entry => [NameOf(entry.Event.Actor.Person)]);
        AssertGroup(AuditDimension.Person, entry => [.. new[] { NameOf(entry.Event.Actor.Person), NameOf(entry.Event.Concerned) }.Distinct().Where((name, at) => at == 0 || name.Length > 0)]);
        AssertGroup(AuditDimension.TargetKind, entry => [entry.Event.Target.Kind]);

        var found = new List<long>();
        for (long? before = null, next = 0; next is not null; before = next)
        {
            var page = (await host.Search.FindAsync(permit, query, before, 1000, Ct)).Value;
            found.AddRange(page.Entries.Select(entry => entry.Index));
            next = page.Next;
        }

        Assert.Equal(all.Where(entry => entry.Index >= query.FromIndex && IsWanted(query, entry.Event)).Select(entry => entry.Index).Reverse(), found);

        void AssertGroup(AuditDimension by, Func<AuditEntry, string[]> values)
        {
            var group = counts.Groups[(int)by];
            var months = (int)by % 2 == 0;
            var expected = wanted.SelectMany(entry => values(entry).Select(value => (Month: months ? entry.Event.At.Month : 0, Value: value))).GroupBy(one => one).ToDictionary(one => one.Key, one => (long)one.Count());
            Assert.Equal(expected.OrderBy(one => one.Key), group.Counts.ToDictionary(count => (count.Start?.Month ?? 0, count.Value), count => count.Count).OrderBy(one => one.Key));
        }
    }

    private static string NameOf(PersonId person) => person == default ? string.Empty : person.ToString();

    private static bool IsWanted(AuditQuery query, SecurityEvent what)
    {
        var conditions = new List<bool>
        {
            query.From is null || what.At >= query.From,
            query.To is null || what.At < query.To,
            query.Kinds.Count == 0 || query.Kinds.Contains(what.Kind.Name),
            query.Classes.Count == 0 || query.Classes.Contains((int)what.Kind.Type / 100),
            query.AtLeast is null || what.Kind.Severity >= query.AtLeast,
            query.AtMost is null || what.Kind.Severity <= query.AtMost,
            query.Outcome is null || what.Outcome == query.Outcome,
            query.Person == default || what.Actor.Person == query.Person || what.Concerned == query.Person,
            query.TargetKind is null || what.Target.Kind == query.TargetKind,
            query.Target == default || what.Target.Id == query.Target,
            query.Via == default || what.Actor.Via == query.Via,
            query.About == default || new[] { what.Actor.Person.Value, what.Actor.Via, what.Target.Id, what.Concerned.Value }.Contains(query.About) || what.Details.Values.Contains(query.About.ToString("N")),
            query.Text is null || $"{what.Kind.Name}\n{string.Join('\n', what.Details.Values)}".Contains(query.Text, StringComparison.OrdinalIgnoreCase),
        };
        return conditions.TrueForAll(condition => condition);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private async Task KeepAsync()
    {
        while (await host.Columns.RunOnceAsync(Ct))
        {
        }
    }

    private async Task<AuditCounts> CountAsync(AuditQuery query, params AuditGrouping[] groupings) => (await host.Analysis.CountAsync(permit, query, groupings, Ct)).Value;

    private async Task<IReadOnlyList<string>> ValuesAsync(AuditDimension by) => (await CountAsync(AuditQuery.All, new AuditGrouping { By = by })).Groups[0].Values;

    private Task<HashSet<long>> SegmentsAsync() => host.Store.ReadAsync(session => ColumnTable.Segments(session, company), Ct).AsTask();

    private Task<int> NumbersAsync() => host.Store.ReadAsync(session => ColumnTable.People(session, company).Count, Ct).AsTask();
}
