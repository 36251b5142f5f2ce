using Rivet.Kernel;
using Rivet.Transparency;

namespace Rivet.Audit.Searching;

/// <summary>Whether an entry is wanted: first by what it says openly, then by what it seals.</summary>
internal static class QueryMatch
{
    /// <summary>By the clear part. What is no entry any more is wanted only where nothing is asked of it.</summary>
    public static bool Openly(AuditQuery query, LogEntry? entry)
    {
        if (entry is null)
        {
            return query is { From: null, To: null, Kinds.Count: 0, Classes.Count: 0, AtLeast: null, AtMost: null, Outcome: null };
        }

        return (query.From is not { } from || entry.AtMs >= from.ToUnixTimeMilliseconds())
            && (query.To is not { } to || entry.AtMs < to.ToUnixTimeMilliseconds())
            && (query.Kinds.Count == 0 || query.Kinds.Contains(entry.Kind))
            && (query.Classes.Count == 0 || query.Classes.Contains(entry.Class))
            && (query.AtLeast is not { } least || entry.Severity >= (int)least)
            && (query.AtMost is not { } most || entry.Severity <= (int)most)
            && (query.Outcome is not { } outcome || entry.Outcome == (int)outcome)
            && (entry.ActorKind is (int)SubjectKind.Device or (int)SubjectKind.Page || query.Via == default);
    }

    /// <summary>By what was sealed.</summary>
    public static bool Inside(AuditQuery query, AuditEntry entry)
    {
        var what = entry.Event;
        return (query.Person == default || what.Actor.Person == query.Person || what.Concerned == query.Person)
            && (query.TargetKind is null || what.Target.Kind == query.TargetKind)
            && (query.Target == default || what.Target.Id == query.Target)
            && (query.Via == default || what.Actor.Via == query.Via)
            && (query.About == default || IsAbout(what, query.About))
            && (query.Text is null || Says(what, query.Text));
    }

    private static bool IsAbout(SecurityEvent what, Guid id)
        => what.Actor.Person.Value == id || what.Actor.Via == id || what.Target.Id == id || what.Concerned.Value == id
            || what.Details.Values.Any(value => Guid.TryParseExact(value, "N", out var named) && named == id);

    private static bool Says(SecurityEvent what, string text)
        => what.Kind.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
            || what.Details.Any(detail => detail.Key.Contains(text, StringComparison.OrdinalIgnoreCase) || detail.Value.Contains(text, StringComparison.OrdinalIgnoreCase));
}
