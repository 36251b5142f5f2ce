using System.Globalization;
using Microsoft.Extensions.Localization;
using Rivet.Hosting.Pages;
using Rivet.Kernel;

namespace Rivet.Audit.Pages;

/// <summary>Says entries in the reader's language, with the names of the people in them.</summary>
internal sealed class EntryWords(IStringLocalizer<LogText> texts, IStringLocalizer<KindText> kinds, IPageNames names)
{
    private const int ShortId = 8;

    public async ValueTask<IReadOnlyList<EntryRow>> SayAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        var people = entries.SelectMany(entry => new[] { entry.Event.Actor.Person, entry.Event.Concerned }).Where(person => person != default).Distinct().ToArray();
        var known = await names.ReadAsync(people, ct);
        return [.. entries.Select(entry => Row(entry, known))];
    }

    /// <summary>Names of people; a short identifier for who has none.</summary>
    public async ValueTask<Func<PersonId, string>> NamesAsync(IReadOnlyCollection<PersonId> people, CancellationToken ct)
    {
        var known = await names.ReadAsync(people, ct);
        return person => known.GetValueOrDefault(person) ?? Short(person.Value);
    }

    /// <summary>The sentence of a kind; the raw name of one that has none.</summary>
    public string Kind(string kind) => Or(kinds[kind], kind);

    public string Class(int number) => Or(texts[$"class.{number}"], number.ToString(CultureInfo.InvariantCulture));

    public string Severity(EventSeverity severity) => texts[$"severity.{(int)severity}"];

    /// <summary>From one to another.</summary>
    public string Severity(EventSeverity least, EventSeverity most) => least == most ? Severity(least) : texts["SeverityRange", Severity(least), Severity(most)];

    /// <summary>A value that was counted.</summary>
    public string Value(AuditDimension by, string value, Func<PersonId, string> nameOf) => by switch
    {
        AuditDimension.Kind => Kind(value),
        AuditDimension.Class when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => Class(number),
        AuditDimension.Severity when LogQuery.SeverityOf(value) is { } severity => Severity(severity),
        AuditDimension.Outcome when value is "success" or "failure" => Outcome(value == "success" ? EventOutcome.Success : EventOutcome.Failure),
        AuditDimension.Actor or AuditDimension.Person when EntityId.TryParse<PersonId>(value, out var person) => nameOf(person),
        AuditDimension.TargetKind => TargetKind(value),
        _ => value,
    };

    public string Outcome(EventOutcome outcome) => texts[$"outcome.{(int)outcome}"];

    public string Detail(string name) => Or(texts[$"detail.{name}"], name);

    public string TargetKind(string kind) => Or(texts[$"target.{kind}"], kind);

    public string State(AuditContentState state) => texts[$"state.{state}"];

    /// <summary>Day and second; the zone is said, since server and reader may be in different ones.</summary>
    public string Moment(DateTimeOffset at) => at.UtcDateTime.ToString(texts["TimeFormat"], CultureInfo.CurrentCulture);

    /// <summary>The same to the minute.</summary>
    public string Minute(DateTimeOffset at) => at.UtcDateTime.ToString(texts["MinuteFormat"], CultureInfo.CurrentCulture);

    private EntryRow Row(AuditEntry entry, IReadOnlyDictionary<PersonId, string> known) => new()
    {
        Entry = entry,
        What = entry.Event.Id == default ? texts["Damaged"] : Kind(entry.Event.Kind.Name),
        Details = entry.Content is AuditContentState.Readable
            ? string.Join(" · ", entry.Event.Details.Where(detail => detail.Value != EntityId.Format(Guid.Empty)).OrderBy(detail => detail.Key, StringComparer.Ordinal).Select(detail => texts["DetailLine", Detail(detail.Key), Short(detail.Value)].Value))
            : State(entry.Content),
        Who = Who(entry, known),
        Target = Target(entry, known),
    };

    private Named Who(AuditEntry entry, IReadOnlyDictionary<PersonId, string> known) => entry.Event.Actor switch
    {
        { Kind: SubjectKind.System } => new(texts["System"], null, IsKnown: false),
        { Kind: SubjectKind.None } => new(entry.Event.Id == default ? texts["Unknown"] : texts["Nobody"], null, IsKnown: false),
        { Person: var person } when person == default => new(Missing(entry), null, IsKnown: false),
        { Person: var person } => Person(person, known),
    };

    private Named Target(AuditEntry entry, IReadOnlyDictionary<PersonId, string> known) => entry.Event.Target switch
    {
        { Kind: null or "" } => new(entry.Content is AuditContentState.Readable ? string.Empty : Missing(entry), null, IsKnown: false),
        { Kind: "company" } => new(TargetKind("company"), null),
        { Kind: "person", Id: var id } when id == Guid.Empty => new(Missing(entry), null, IsKnown: false),
        { Kind: "person", Id: var id } => Person(new(id), known),
        { Kind: var kind, Id: var id } when id == Guid.Empty => new(TargetKind(kind), null),
        { Kind: var kind, Id: var id } => new(texts["TargetLine", TargetKind(kind), Short(id)], LogAddress.Of(kind, id)),
    };

    private static Named Person(PersonId person, IReadOnlyDictionary<PersonId, string> known)
        => new(known.GetValueOrDefault(person) ?? Short(person.Value), LogAddress.Of("person", person.Value), known.ContainsKey(person));

    private string Missing(AuditEntry entry)
        => texts[entry.People is AuditContentState.Destroyed || entry.Content is AuditContentState.Destroyed ? "Erased" : "Unknown"];

    /// <summary>Identifiers as elsewhere in short; all of it is on the event's page.</summary>
    private static string Short(string value) => Guid.TryParseExact(value, "N", out var id) ? Short(id) : value;

    private static string Short(Guid id) => id.ToString("N")[^ShortId..];

    private static string Or(LocalizedString text, string otherwise) => text.ResourceNotFound ? otherwise : text.Value;
}
