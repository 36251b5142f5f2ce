using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Exporting;

/// <inheritdoc/>
internal sealed class ExportDesk(IStore store, ExportBook book, ExportReader reader, ExportSender sender, TestAllowance tests, TimeProvider time, ILogger<ExportDesk> log) : IAuditExports
{
    private const string Permission = "audit.share";

    public ValueTask<Result<AuditExport, AuditRefusal>> AddAsync(Permit permit, AuditExportForm form, CancellationToken ct) => PermittedAsync<AuditExport>(permit, async () =>
    {
        if (!ExportSettings.TryParse(form, out var settings, out var wrong))
        {
            return wrong;
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        return await book.SealAsync(permit.Company, id, form with { Name = settings.Name }, ct) is { } content
            ? await store.WriteAsync(transaction => Add(transaction, permit, id, settings, content, form.FromBeginning), ct)
            : AuditRefusal.Unavailable;
    });

    public ValueTask<Result<Done, AuditRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct) => PermittedAsync<Done>(permit, async () =>
    {
        if (await FindAsync(permit, name, ct) is not { } row)
        {
            return AuditRefusal.Unknown;
        }

        var host = (await book.OpenAsync(row, ct))?.Host ?? "";
        return await store.WriteAsync(
            transaction =>
            {
                if (!ExportTable.Delete(transaction, row.Id))
                {
                    return false;
                }

                transaction.ForgetOverwritten();
                Record(transaction, AuditEvents.ExportRemoved, permit, row, host);
                return true;
            },
            ct)
            ? Done.Value
            : AuditRefusal.Unknown;
    });

    public ValueTask<Result<IReadOnlyList<AuditExport>, AuditRefusal>> ListAsync(Permit permit, CancellationToken ct) => PermittedAsync<IReadOnlyList<AuditExport>>(permit, async () =>
    {
        var exports = new List<AuditExport>();
        foreach (var row in await store.ReadAsync(session => ExportTable.OfCompany(session, permit.Company), ct))
        {
            exports.Add(ExportOf(row, (await book.OpenAsync(row, ct))?.Host ?? ""));
        }

        return exports;
    });

    public ValueTask<Result<ExportTested, AuditRefusal>> TestAsync(Permit permit, string name, CancellationToken ct) => PermittedAsync<ExportTested>(permit, async () =>
    {
        if (await FindAsync(permit, name, ct) is not { } row)
        {
            return AuditRefusal.Unknown;
        }

        if (!tests.TryTake(permit.Company))
        {
            return AuditRefusal.ExportTests;
        }

        if (await book.OpenAsync(row, ct) is not { } settings)
        {
            return new ExportTested(ExportStep.Settings, 0);
        }

        var batch = await reader.TestAsync(row, FactOf(AuditEvents.ExportTest, permit, row), ct);
        var outcome = await sender.SendAsync(settings, batch, ct);
        return new ExportTested(outcome.Step, outcome.Status);
    });

    private Result<AuditExport, AuditRefusal> Add(WriteTransaction transaction, Permit permit, Guid id, ExportSettings settings, byte[] content, bool fromBeginning)
    {
        var size = LogTable.Find(transaction, permit.Company)?.Size ?? 0;
        var row = new ExportRow(
            id, permit.Company, settings.Name, settings.Kind, content, fromBeginning ? 0 : size, null, 0, null, ExportStep.Sent, 0, time.GetUtcNow().ToUnixTimeMilliseconds(), size);
        var others = ExportTable.OfCompany(transaction, permit.Company);
        if (others.Count >= ExportTable.MostOfACompany)
        {
            return AuditRefusal.TooMany;
        }

        if (others.Any(other => other.Name == row.Name))
        {
            return AuditRefusal.NameTaken;
        }

        ExportTable.Insert(transaction, row);
        Record(transaction, AuditEvents.ExportAdded, permit, row, settings.Host);
        return ExportOf(row, settings.Host);
    }

    private void Record(WriteTransaction transaction, EventKind kind, Permit permit, ExportRow row, string host)
        => transaction.Record(FactOf(kind, permit, row) with
        {
            Details = new Dictionary<string, string> { ["name"] = row.Name, ["kind"] = row.Kind.ToString().ToLowerInvariant(), ["host"] = host },
        });

    private SecurityEvent FactOf(EventKind kind, Permit permit, ExportRow row) => new()
    {
        Id = EntityId.New<Kernel.EventId>(time),
        At = time.GetUtcNow(),
        Kind = kind,
        Actor = permit.Subject,
        Target = new Resource("audit-export", row.Id, permit.Company),
        Outcome = EventOutcome.Success,
    };

    private static AuditExport ExportOf(ExportRow row, string host) => new()
    {
        Name = row.Name,
        Kind = row.Kind,
        Host = host,
        Sent = row.Sent,
        Behind = row.Behind,
        FailingSince = row.FailingSinceMs is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null,
        Step = row.Failure,
        Status = row.Status,
        AddedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.AddedMs),
    };

    private ValueTask<ExportRow?> FindAsync(Permit permit, string name, CancellationToken ct) => store.ReadAsync(session => ExportTable.Find(session, permit.Company, name), ct);

    private async ValueTask<Result<T, AuditRefusal>> PermittedAsync<T>(Permit permit, Func<ValueTask<Result<T, AuditRefusal>>> act)
    {
        if (permit.Question.Permission.Name != Permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return AuditRefusal.WrongPermit;
        }

        try
        {
            return await act();
        }
        catch (LogBehindException)
        {
            return AuditRefusal.LogBehind;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }
}
