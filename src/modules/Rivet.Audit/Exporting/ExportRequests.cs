using System.Globalization;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Audit.Exporting;

/// <summary>The requests about exports over LWS, for an administrator's device.</summary>
internal sealed class ExportRequests(IAuditExports exports)
{
    private static readonly Permission Share = new("audit.share");

    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.AddLogExport, AddLogExportRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), AddAsync);
        endpoints.Map(Method.ListLogExports, ListLogExportsRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), ListAsync);
        endpoints.Map(Method.TestLogExport, TestLogExportRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), TestAsync);
        endpoints.Map(Method.RemoveLogExport, RemoveLogExportRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), RemoveAsync);
    }

    private async ValueTask<Result<AddLogExportResponse, Refusal>> AddAsync(Permit permit, AddLogExportRequest request, CancellationToken ct)
        => (await exports.AddAsync(permit, FromWire(request), ct)).TryGet(out var added, out var why)
            ? new AddLogExportResponse { Export = ToWire(added, Words("")) }
            : ToWire(why);

    private async ValueTask<Result<ListLogExportsResponse, Refusal>> ListAsync(Permit permit, ListLogExportsRequest request, CancellationToken ct)
        => (await exports.ListAsync(permit, ct)).TryGet(out var found, out var why)
            ? new ListLogExportsResponse { Exports = { found.Select(export => ToWire(export, Words(request.Language))) } }
            : ToWire(why);

    private async ValueTask<Result<TestLogExportResponse, Refusal>> TestAsync(Permit permit, TestLogExportRequest request, CancellationToken ct)
    {
        if (!(await exports.TestAsync(permit, request.Name, ct)).TryGet(out var tested, out var why))
        {
            return ToWire(why);
        }

        var words = Words(request.Language);
        return new TestLogExportResponse { Sent = tested.Step is ExportStep.Sent, Why = words.Why(new(tested.Step, tested.Status)), Advice = words.Advice(tested.Step) };
    }

    private async ValueTask<Result<RemoveLogExportResponse, Refusal>> RemoveAsync(Permit permit, RemoveLogExportRequest request, CancellationToken ct)
        => (await exports.RemoveAsync(permit, request.Name, ct)).TryGet(out _, out var why) ? new RemoveLogExportResponse() : ToWire(why);

    private static AuditExportForm FromWire(AddLogExportRequest request) => new()
    {
        Kind = (ExportKind)(int)request.Kind,
        Name = request.Name,
        Address = request.Address,
        Certificate = request.Certificate,
        Secret = request.Secret.Length == 0 ? null : request.Secret,
        LeastSeverity = request.LeastSeverity == 0 ? 1 : (int)Math.Min(request.LeastSeverity, 100),
        Classes = [.. request.Classes.Select(one => (int)Math.Min(one, 100_000))],
        FromBeginning = request.FromBeginning,
    };

    private static LogExport ToWire(AuditExport export, ExportWords words) => new()
    {
        Name = export.Name,
        Kind = (LogExportKind)(int)export.Kind,
        Host = export.Host,
        Sent = (ulong)export.Sent,
        Behind = (ulong)export.Behind,
        AddedMs = export.AddedAt.ToUnixTimeMilliseconds(),
        FailingMs = export.FailingSince?.ToUnixTimeMilliseconds() ?? 0,
        Why = words.Why(new(export.Step, export.Status)),
        Advice = words.Advice(export.Step),
    };

    private static ExportWords Words(string language) => new(CultureInfo.GetCultureInfo(language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? "zh-CN" : "en"));

    private static Refusal ToWire(AuditRefusal refusal) => refusal switch
    {
        AuditRefusal.Unavailable => Refusals.Unavailable("audit.unavailable", "The security log cannot be read or written now; try again later."),
        AuditRefusal.LogBehind => Refusals.LogBehind(),
        AuditRefusal.Unknown => Refusals.NotFound("audit.unknown", "There is none of this name."),
        AuditRefusal.NameTaken => Refusals.Conflict("audit.name-taken", "There is one of this name; remove it first, or choose another name."),
        AuditRefusal.TooMany => Refusals.Conflict("audit.too-many", "There are as many as a company may have; remove one first."),
        AuditRefusal.ExportName => Refusals.Invalid("audit.export-name", "An export's name has 1 to 64 of a-z, 0-9, dot and hyphen."),
        AuditRefusal.ExportAddress => Refusals.Invalid("audit.export-address", "Syslog takes HOST:PORT, a webhook an https URL without user and fragment."),
        AuditRefusal.ExportCertificate => Refusals.Invalid("audit.export-certificate", "A certificate's SHA-256 has 64 hexadecimal digits."),
        AuditRefusal.ExportSecret => Refusals.Invalid("audit.export-secret", "A webhook needs a secret of 16 to 256 characters on one line; syslog has none."),
        AuditRefusal.ExportFilter => Refusals.Invalid("audit.export-filter", "A severity is 1 to 6, a class a class_uid of OCSF."),
        AuditRefusal.ExportTests => Refusals.TooMany("audit.export-tests", "At most 5 tests in a minute; wait a little."),
        _ => throw new InvalidOperationException($"Refused by its own permit: {refusal}."),
    };
}
