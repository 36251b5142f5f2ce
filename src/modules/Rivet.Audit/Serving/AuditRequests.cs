using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Audit.Serving;

/// <summary>Audit's requests over LWS, for an administrator's device: the log's key and end, and who outside may read it.</summary>
internal sealed class AuditRequests(IAuditLog log, IAuditReaders readers)
{
    private static readonly Permission Read = new("audit.read");
    private static readonly Permission Share = new("audit.share");

    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.ReadLogHead, ReadLogHeadRequest.Parser, Read, (subject, _) => Resource.Of(subject.Company), ReadHeadAsync);
        endpoints.Map(Method.ReadLogReceipt, ReadLogReceiptRequest.Parser, Read, (subject, request) => request.Index <= long.MaxValue ? Resource.Of(subject.Company) : null, ReadReceiptAsync);
        endpoints.Map(Method.AddLogReader, AddLogReaderRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), AddAsync);
        endpoints.Map(Method.ListLogReaders, ListLogReadersRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), ListAsync);
        endpoints.Map(Method.RemoveLogReader, RemoveLogReaderRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), RemoveAsync);
    }

    private async ValueTask<Result<ReadLogHeadResponse, Refusal>> ReadHeadAsync(Permit permit, ReadLogHeadRequest request, CancellationToken ct)
    {
        if (!(await log.ReadHeadAsync(permit.Company, ct)).TryGet(out var head, out var why))
        {
            return ToWire(why);
        }

        if (!(await log.ReadStandingAsync(permit.Company, ct)).TryGet(out var standing, out why))
        {
            return ToWire(why);
        }

        var answer = head is null
            ? new ReadLogHeadResponse()
            : new ReadLogHeadResponse { Key = head.Key, Checkpoint = head.Checkpoint, Size = (ulong)head.Size, SealedMs = head.SealedAt.ToUnixTimeMilliseconds() };
        answer.Standing = standing is null ? null : ToWire(standing);
        return answer;
    }

    private static Wire.LogStanding ToWire(LogStanding standing) => new()
    {
        HasEnded = standing.HasEnded,
        SinceMs = standing.Since.ToUnixTimeMilliseconds(),
        Waiting = (ulong)standing.Waiting,
        Elsewhere = (ulong)standing.Elsewhere,
        First = (ulong)(standing.First ?? 0),
        Last = (ulong)(standing.Last ?? 0),
    };

    private async ValueTask<Result<ReadLogReceiptResponse, Refusal>> ReadReceiptAsync(Permit permit, ReadLogReceiptRequest request, CancellationToken ct)
        => (await log.ReadReceiptAsync(permit, (long)request.Index, ct)).TryGet(out var receipt, out var why) ? new ReadLogReceiptResponse { Receipt = receipt } : ToWire(why);

    private async ValueTask<Result<AddLogReaderResponse, Refusal>> AddAsync(Permit permit, AddLogReaderRequest request, CancellationToken ct)
        => (await readers.AddAsync(permit, request.Name, ct)).TryGet(out var token, out var why) ? new AddLogReaderResponse { Token = token } : ToWire(why);

    private async ValueTask<Result<ListLogReadersResponse, Refusal>> ListAsync(Permit permit, ListLogReadersRequest request, CancellationToken ct)
        => (await readers.ListAsync(permit, ct)).TryGet(out var found, out var why)
            ? new ListLogReadersResponse { Readers = { found.Select(reader => new LogReader { Name = reader.Name, AddedMs = reader.AddedAt.ToUnixTimeMilliseconds() }) } }
            : ToWire(why);

    private async ValueTask<Result<RemoveLogReaderResponse, Refusal>> RemoveAsync(Permit permit, RemoveLogReaderRequest request, CancellationToken ct)
        => (await readers.RemoveAsync(permit, request.Name, ct)).TryGet(out _, out var why) ? new RemoveLogReaderResponse() : ToWire(why);

    internal static Refusal ToWire(AuditRefusal refusal) => refusal switch
    {
        AuditRefusal.Unavailable => Refusals.Unavailable("audit.unavailable", "The security log cannot be read or written now; try again later."),
        AuditRefusal.LogBehind => Refusals.LogBehind(),
        AuditRefusal.Unknown => Refusals.NotFound("audit.unknown", "There is none of this name."),
        AuditRefusal.NameInvalid => Refusals.Invalid("audit.name", "A name has 1 to 64 characters on one line."),
        AuditRefusal.NameTaken => Refusals.Conflict("audit.name-taken", "There is one of this name; remove it first, or choose another name."),
        AuditRefusal.TooMany => Refusals.Conflict("audit.too-many", "There are as many as a company may have; remove one first."),
        AuditRefusal.WitnessKeyInvalid => Refusals.Invalid("audit.witness-key", "That is no key of a witness: a line NAME+1a2b3c4d+… as its operator shows it."),
        AuditRefusal.WitnessUrlInvalid => Refusals.Invalid("audit.witness-url", "A witness has an https address; http only on the server's own machine."),
        AuditRefusal.WitnessCertificateInvalid => Refusals.Invalid("audit.witness-certificate", "That is no certificate in PEM, or the address is not https."),
        AuditRefusal.LogEmpty => Refusals.Conflict("audit.log-empty", "Nothing was recorded in the log yet."),
        AuditRefusal.KeyUnknown => Refusals.NotFound("audit.key-unknown", "The log has no key of this id; rivet admin audit key show lists them."),
        AuditRefusal.KeyRevoked => Refusals.Conflict("audit.key-revoked", "The key is revoked already."),
        AuditRefusal.KeyTooMany => Refusals.Conflict("audit.key-too-many", "The log's keys were replaced as often as they may be."),
        AuditRefusal.ReceiptOther => Refusals.Invalid("audit.receipt-other", "That event is no destruction: there is no receipt of it."),
        AuditRefusal.ReceiptNone => Refusals.Conflict("audit.receipt-none", "That event was recorded before entries committed to what they say: there is no receipt of it."),
        AuditRefusal.ReceiptGone => Refusals.Conflict("audit.receipt-gone", "What that event says was destroyed meanwhile: there is no receipt of it any more."),
        AuditRefusal.WitnessKnown => Refusals.Conflict("audit.witness-known", "There is a witness of this name, or with this key."),
        AuditRefusal.RetentionClass => Refusals.Invalid("audit.retention-class", "That class has no retention of its own."),
        AuditRefusal.RetentionMonths => Refusals.Invalid("audit.retention-months", "The log is kept for 3 to 120 months, changes of things and settings for 12 to 120, or for ever."),
        AuditRefusal.RetentionDestroys => Refusals.Conflict("audit.retention-destroys", "A shorter time destroys what older events say; say that you know."),
        AuditRefusal.ClockInDoubt => Refusals.Conflict("audit.clock-doubted", "The server's clock is in doubt; set it right or confirm it first."),
        AuditRefusal.ClockDiffers => Refusals.Conflict("audit.clock-differs", "Your clock and the server's differ by more than an hour; set right the one that is wrong."),
        _ => throw new InvalidOperationException($"Refused by its own permit: {refusal}."),
    };
}
