using System.Globalization;
using Google.Protobuf;
using Rivet.Audit;
using Rivet.Hosting.Link;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Server.Pages;
using Rivet.Wire;

namespace Rivet.Server.Operations;

/// <summary>What the status page shows, and the last security events, for an administrator's device.</summary>
internal sealed class OperationsRequests(IEnumerable<IStatusSource> sources, IAuditLog audit, ILogger<OperationsRequests> log)
{
    private const int EventsUnasked = 50;
    private const int MostEvents = 200;
    private static readonly Permission StatusRead = new("status.read");
    private static readonly Permission AuditRead = new("audit.read");

    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.ReadStatus, ReadStatusRequest.Parser, StatusRead, (subject, _) => Resource.Of(subject.Company), ReadStatusAsync);
        endpoints.Map(
            Method.ReadEvents, ReadEventsRequest.Parser, AuditRead,
            (subject, request) => request.Limit <= MostEvents ? Resource.Of(subject.Company) : null, ReadEventsAsync);
    }

    private async ValueTask<Result<ReadStatusResponse, Refusal>> ReadStatusAsync(Permit permit, ReadStatusRequest request, CancellationToken ct)
    {
        // The pages' sources take their texts from the culture of the thread.
        var culture = CultureInfo.GetCultureInfo(request.Language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? "zh-CN" : "en");
        CultureInfo.CurrentUICulture = culture;
        CultureInfo.CurrentCulture = culture;
        var answer = new ReadStatusResponse();
        foreach (var source in sources.OrderBy(source => source.Order))
        {
            answer.Parts.Add(await ReadPartAsync(source, culture, ct));
        }

        return answer;
    }

    /// <summary>A part that cannot be read says so in its own place, as on the page.</summary>
    private async ValueTask<StatusPart> ReadPartAsync(IStatusSource source, CultureInfo culture, CancellationToken ct)
    {
        try
        {
            var section = await source.ReadAsync(culture, ct);
            return new StatusPart
            {
                Title = section.Title,
                Facts = { section.Lines.Select(line => new StatusFact { Label = line.Label, Value = line.Value, Level = (FactLevel)(int)line.Level, Advice = line.Advice ?? "" }) },
            };
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var name = source.GetType().Assembly.GetName().Name ?? "Rivet";
            PagesLog.StatusUnreadable(log, name, failure);
            return new StatusPart { Title = name, Facts = { new StatusFact { Label = name, Value = "?", Level = FactLevel.Failing } } };
        }
    }

    private async ValueTask<Result<ReadEventsResponse, Refusal>> ReadEventsAsync(Permit permit, ReadEventsRequest request, CancellationToken ct)
    {
        var count = request.Limit == 0 ? EventsUnasked : (int)request.Limit;
        if (!(await audit.ReadLastAsync(permit, count, ct)).TryGet(out var entries, out var why))
        {
            return why is AuditRefusal.Unavailable
                ? Refusals.Unavailable("audit.unavailable", "The events cannot be read now; try again later.")
                : throw new InvalidOperationException($"The permit of {permit.Question.Permission} was refused.");
        }

        return new ReadEventsResponse { Events = { entries.Select(ToWire) } };
    }

    private static AuditEvent ToWire(AuditEntry entry)
    {
        var what = entry.Event;
        return new AuditEvent
        {
            Sequence = (ulong)entry.Index,
            Hash = ByteString.CopyFrom(Convert.FromHexString(entry.Hash)),
            AtMs = what.At.ToUnixTimeMilliseconds(),
            Kind = what.Kind.Name,
            PersonId = what.Actor.Person == default ? ByteString.Empty : ByteString.CopyFrom(what.Actor.Person.ToBytes()),
            TargetKind = what.Target.Kind,
            TargetId = ByteString.CopyFrom(what.Target.Id.ToByteArray(bigEndian: true)),
            Failed = what.Outcome is EventOutcome.Failure,
            Details = { what.Details.ToDictionary() },
        };
    }
}

/// <summary>Puts them behind the link.</summary>
internal static class OperationsEndpoints
{
    public static void MapOperations(this LwsEndpoints endpoints, IServiceProvider services) => services.GetRequiredService<OperationsRequests>().Map(endpoints);
}
