using Rivet.Audit.Serving;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Audit.Witnessing;

/// <summary>The requests about witnesses over LWS, for an administrator's device.</summary>
internal sealed class WitnessRequests(IAuditWitnesses witnesses)
{
    private static readonly Permission Share = new("audit.share");

    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.AddLogWitness, AddLogWitnessRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), AddAsync);
        endpoints.Map(Method.ListLogWitnesses, ListLogWitnessesRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), ListAsync);
        endpoints.Map(Method.RemoveLogWitness, RemoveLogWitnessRequest.Parser, Share, (subject, _) => Resource.Of(subject.Company), RemoveAsync);
    }

    private async ValueTask<Result<AddLogWitnessResponse, Refusal>> AddAsync(Permit permit, AddLogWitnessRequest request, CancellationToken ct)
        => (await witnesses.AddAsync(permit, request.Key, request.Url, request.Certificate, ct)).TryGet(out var added, out var why)
            ? new AddLogWitnessResponse { Witness = ToWire(added) }
            : AuditRequests.ToWire(why);

    private async ValueTask<Result<ListLogWitnessesResponse, Refusal>> ListAsync(Permit permit, ListLogWitnessesRequest request, CancellationToken ct)
        => (await witnesses.ListAsync(permit, ct)).TryGet(out var found, out var why)
            ? new ListLogWitnessesResponse { Witnesses = { found.Select(ToWire) } }
            : AuditRequests.ToWire(why);

    private async ValueTask<Result<RemoveLogWitnessResponse, Refusal>> RemoveAsync(Permit permit, RemoveLogWitnessRequest request, CancellationToken ct)
        => (await witnesses.RemoveAsync(permit, request.Name, ct)).TryGet(out _, out var why) ? new RemoveLogWitnessResponse() : AuditRequests.ToWire(why);

    private static LogWitness ToWire(AuditWitness witness) => new()
    {
        Name = witness.Name,
        Key = witness.Key,
        Url = witness.Url,
        HasCertificate = witness.HasCertificate,
        AddedMs = witness.AddedAt.ToUnixTimeMilliseconds(),
        Size = (ulong)witness.Size,
        CosignedMs = witness.CosignedAt?.ToUnixTimeMilliseconds() ?? 0,
        FailingSinceMs = witness.FailingSince?.ToUnixTimeMilliseconds() ?? 0,
        Failure = (WitnessFailure)(int)(witness.Failure ?? 0),
        ClockOffMs = (long)witness.ClockOff.TotalMilliseconds,
    };
}
