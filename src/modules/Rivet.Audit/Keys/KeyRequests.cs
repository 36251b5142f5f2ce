using Rivet.Audit.Serving;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Audit.Keys;

/// <summary>The requests about the log's keys over LWS, for an administrator's device.</summary>
internal sealed class KeyRequests(IAuditKeys keys)
{
    private static readonly Permission Read = new("audit.read");
    private static readonly Permission Manage = new("audit.key");

    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.ReadLogKeys, ReadLogKeysRequest.Parser, Read, (subject, _) => Resource.Of(subject.Company), ReadAsync);
        endpoints.Map(Method.RotateLogKey, RotateLogKeyRequest.Parser, Manage, (subject, _) => Resource.Of(subject.Company), RotateAsync);
        endpoints.Map(Method.RevokeLogKey, RevokeLogKeyRequest.Parser, Manage, (subject, _) => Resource.Of(subject.Company), RevokeAsync);
    }

    private async ValueTask<Result<ReadLogKeysResponse, Refusal>> ReadAsync(Permit permit, ReadLogKeysRequest request, CancellationToken ct)
        => (await keys.ReadAsync(permit, ct)).TryGet(out var found, out var why)
            ? new ReadLogKeysResponse { Keys = { found.Keys.Select(ToWire) }, Statements = found.Statements }
            : AuditRequests.ToWire(why);

    private async ValueTask<Result<RotateLogKeyResponse, Refusal>> RotateAsync(Permit permit, RotateLogKeyRequest request, CancellationToken ct)
        => (await keys.RotateAsync(permit, ct)).TryGet(out var now, out var why) ? new RotateLogKeyResponse { Key = ToWire(now.Keys[^1]) } : AuditRequests.ToWire(why);

    private async ValueTask<Result<RevokeLogKeyResponse, Refusal>> RevokeAsync(Permit permit, RevokeLogKeyRequest request, CancellationToken ct)
        => (await keys.RevokeAsync(permit, request.Id, ct)).TryGet(out var now, out var why) ? new RevokeLogKeyResponse { Key = ToWire(now.Keys[^1]) } : AuditRequests.ToWire(why);

    private static Wire.LogKey ToWire(AuditKey key) => new()
    {
        Id = key.Id,
        Line = key.Line,
        From = (ulong)key.From,
        IsCurrent = key.Until is null,
        Until = (ulong)(key.Until ?? 0),
        ReplacedMs = key.ReplacedAt?.ToUnixTimeMilliseconds() ?? 0,
        RevokedMs = key.RevokedAt?.ToUnixTimeMilliseconds() ?? 0,
    };
}
