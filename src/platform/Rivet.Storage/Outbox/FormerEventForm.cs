using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Storage;

/// <summary>Security events as stores before version 0.2 announced them: in JSON and without classes. An upgrade meets them.</summary>
internal static class FormerEventForm
{
    /// <summary>Reads one.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static SecurityEvent Read(byte[] payload)
    {
        var read = JsonSerializer.Deserialize<Event>(payload) ?? throw new JsonException("The row holds no event.");
        return new SecurityEvent
        {
            Id = new(read.Id.Value),
            At = read.At,
            Kind = new EventKind(read.Kind, OcsfType.Other, EventSeverity.Informational, [.. read.Details.Keys]),
            Actor = new(read.Actor.Kind, new(read.Actor.Company.Value), new(read.Actor.Person.Value), read.Actor.Via),
            Target = new(read.Target.Kind, read.Target.Id, new(read.Target.Company.Value)),
            Outcome = read.Outcome,
            Details = read.Details,
        };
    }

    private sealed record Event
    {
        public required Identifier Id { get; init; }
        public required DateTimeOffset At { get; init; }
        public required string Kind { get; init; }
        public required Actor Actor { get; init; }
        public required Target Target { get; init; }
        public required EventOutcome Outcome { get; init; }
        public Dictionary<string, string> Details { get; init; } = [];
    }

    private sealed record Identifier(Guid Value);

    private sealed record Actor(SubjectKind Kind, Identifier Company, Identifier Person, Guid Via);

    private sealed record Target(string Kind, Guid Id, Identifier Company);
}
