using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// An event as a line of JSON in the Open Cybersecurity Schema Framework (schema.ocsf.io, 1.4). What the schema has no place for is under
/// <c>unmapped</c>. Every value is escaped: a line is one line whatever a field holds.
/// </summary>
public static class OcsfJson
{
    private const string SchemaVersion = "1.4.0";

    /// <summary>Writes one event.</summary>
    /// <param name="json">Where to; a whole object is written.</param>
    /// <param name="log">The log's origin.</param>
    /// <param name="entry">The event.</param>
    public static void Write(Utf8JsonWriter json, string log, AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(entry);
        var what = entry.Event;
        var type = (int)what.Kind.Type;
        json.WriteStartObject();
        json.WriteNumber("time", what.At.ToUnixTimeMilliseconds());
        json.WriteNumber("category_uid", type / 100_000);
        json.WriteNumber("class_uid", type / 100);
        json.WriteNumber("activity_id", type % 100);
        json.WriteNumber("type_uid", type);
        json.WriteNumber("severity_id", (int)what.Kind.Severity);
        json.WriteNumber("status_id", (int)what.Outcome);
        WriteMetadata(json, log, entry);
        WriteActor(json, what.Actor);
        WritePerson(json, "user", what.Concerned);
        if (what.Details.TryGetValue("remote", out var remote))
        {
            json.WriteStartObject("src_endpoint");
            json.WriteString("ip", remote);
            json.WriteEndObject();
        }

        json.WriteStartObject("unmapped");
        json.WriteString("leaf_hash", entry.Hash);
        if (entry.Content is not AuditContentState.Readable || entry.People is not AuditContentState.Readable)
        {
            json.WriteString("content", Name(entry.Content));
            json.WriteString("people", Name(entry.People));
        }

        if (what.Target.Kind is { Length: > 0 } target)
        {
            json.WriteStartObject("target");
            json.WriteString("type", target);
            json.WriteString("uid", EntityIdText(what.Target.Id));
            json.WriteEndObject();
        }

        foreach (var (name, value) in what.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, string log, AuditEntry entry)
    {
        json.WriteStartObject("metadata");
        json.WriteString("version", SchemaVersion);
        json.WriteString("uid", entry.Event.Id.ToString());
        json.WriteNumber("sequence", entry.Index);
        json.WriteString("event_code", entry.Event.Kind.Name);
        json.WriteNumber("log_version", entry.Event.Kind.Version);
        json.WriteString("log_name", log);
        json.WriteStartObject("product");
        json.WriteString("name", "Rivet");
        json.WriteString("vendor_name", "Rivet");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteActor(Utf8JsonWriter json, Subject actor)
    {
        json.WriteStartObject("actor");
        switch (actor.Kind)
        {
            case SubjectKind.Device or SubjectKind.Page:
                WritePerson(json, "user", actor.Person);
                json.WriteStartObject("session");
                json.WriteString("uid", EntityIdText(actor.Via));
                json.WriteString("terminal", actor.Kind is SubjectKind.Device ? "device" : "page");
                json.WriteEndObject();
                break;
            case SubjectKind.System:
                json.WriteString("app_name", "Rivet");
                break;
        }

        json.WriteEndObject();
    }

    private static void WritePerson(Utf8JsonWriter json, string name, PersonId person)
    {
        if (person != default)
        {
            json.WriteStartObject(name);
            json.WriteString("uid", person.ToString());
            json.WriteEndObject();
        }
    }

    private static string EntityIdText(Guid id) => id.ToString("N");

    private static string Name(AuditContentState state) => state.ToString().ToLowerInvariant();
}
