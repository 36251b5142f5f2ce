using Rivet.Audit.Serving;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Audit.Retention;

/// <summary>The requests about retention over LWS, for an administrator's device.</summary>
internal sealed class RetentionRequests(RetentionDesk desk)
{
    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.ReadLogRetention, ReadLogRetentionRequest.Parser, RetentionDesk.Look, (subject, _) => Resource.Of(subject.Company), ReadAsync);
        endpoints.Map(Method.ChangeLogRetention, ChangeLogRetentionRequest.Parser, RetentionDesk.Decide, (subject, _) => Resource.Of(subject.Company), ChangeAsync);
        endpoints.Map(Method.ConfirmLogClock, ConfirmLogClockRequest.Parser, RetentionDesk.Decide, (subject, _) => Resource.Of(subject.Company), ConfirmAsync);
    }

    private async ValueTask<Result<ReadLogRetentionResponse, Refusal>> ReadAsync(Permit permit, ReadLogRetentionRequest request, CancellationToken ct)
        => (await desk.ReadAsync(permit, ct)).TryGet(out var view, out var why) ? new ReadLogRetentionResponse { Retention = ToWire(view) } : AuditRequests.ToWire(why);

    private async ValueTask<Result<ChangeLogRetentionResponse, Refusal>> ChangeAsync(Permit permit, ChangeLogRetentionRequest request, CancellationToken ct)
    {
        var wanted = new Dictionary<int, int>();
        foreach (var change in request.Changes)
        {
            if (!wanted.TryAdd(change.HasClass ? Number(change.Class) : RetentionClasses.Others, Number(change.KeepMonths)))
            {
                return AuditRequests.ToWire(AuditRefusal.RetentionClass);
            }
        }

        return (await desk.ChangeAsync(permit, wanted, request.MayDestroy, ct)).TryGet(out var view, out var why)
            ? new ChangeLogRetentionResponse { Retention = ToWire(view) }
            : AuditRequests.ToWire(why);
    }

    private async ValueTask<Result<ConfirmLogClockResponse, Refusal>> ConfirmAsync(Permit permit, ConfirmLogClockRequest request, CancellationToken ct)
        => request.AtMs < 0 || request.AtMs >= ClassMonth.EndOfTimeMs ? AuditRequests.ToWire(AuditRefusal.ClockDiffers)
            : (await desk.ConfirmClockAsync(permit, DateTimeOffset.FromUnixTimeMilliseconds(request.AtMs), ct)).TryGet(out var view, out var why)
                ? new ConfirmLogClockResponse { Retention = ToWire(view) }
                : AuditRequests.ToWire(why);

    /// <summary>What is too large to be any class or any number of months stays so.</summary>
    private static int Number(uint number) => (int)Math.Min(number, int.MaxValue);

    private static LogRetention ToWire(RetentionView view)
    {
        var retention = new LogRetention
        {
            ServerMs = view.Now.ToUnixTimeMilliseconds(),
            ClockSeenMs = view.Clock.SeenMs,
            ClockDoubtMs = view.Clock.DoubtMs,
            WouldHoldMs = view.WouldHoldAt.ToUnixTimeMilliseconds(),
        };
        retention.Classes.AddRange(view.Classes.Select(one => ToWire(one, view.Now)));
        return retention;
    }

    private static LogClassRetention ToWire(ClassRetention one, DateTimeOffset now)
    {
        var wire = new LogClassRetention
        {
            KeepMonths = (uint)one.Kept.At(now),
            LeastMonths = (uint)RetentionClasses.LeastOf(one.Class),
            Events = (ulong)one.Events,
            Destroyed = (ulong)one.Destroyed,
        };
        if (one.Class != RetentionClasses.Others)
        {
            wire.Class = (uint)one.Class;
        }

        if (one.Kept.WaitsAt(now))
        {
            (wire.Shortens, wire.NextKeepMonths, wire.EffectiveMs) = (true, (uint)one.Kept.NextMonths, one.Kept.EffectiveMs);
        }

        if (one.NextAt(now) is { } next)
        {
            (wire.NextMonth, wire.NextEvents, wire.NextMs) = (ClassMonth.NameOf(next.From), (ulong)next.Events, next.At.ToUnixTimeMilliseconds());
        }

        wire.Months.AddRange(one.Months.Select(month => new LogMonth { Month = ClassMonth.NameOf(month.Month), Events = (ulong)month.Entries }));
        return wire;
    }
}
