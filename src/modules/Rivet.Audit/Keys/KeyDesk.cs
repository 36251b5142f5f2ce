using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Keys;

/// <summary>A company's keys, for who is permitted to.</summary>
internal sealed class KeyDesk(LogKeys keys, ILogger<KeyDesk> log) : IAuditKeys
{
    private const string Read = "audit.read";
    private const string Manage = "audit.key";

    public ValueTask<Result<AuditKeys, AuditRefusal>> ReadAsync(Permit permit, CancellationToken ct)
        => PermittedAsync(permit, Read, async () => await keys.ReadAsync(permit.Company, ct));

    public ValueTask<Result<AuditKeys, AuditRefusal>> RotateAsync(Permit permit, CancellationToken ct)
        => PermittedAsync(permit, Manage, () => keys.RotateAsync(permit.Company, permit.Subject, ct));

    public ValueTask<Result<AuditKeys, AuditRefusal>> RevokeAsync(Permit permit, string key, CancellationToken ct)
        => PermittedAsync(permit, Manage, () => keys.RevokeAsync(permit.Company, permit.Subject, key, ct));

    private async ValueTask<Result<AuditKeys, AuditRefusal>> PermittedAsync(Permit permit, string permission, Func<ValueTask<Result<AuditKeys, AuditRefusal>>> work)
    {
        if (permit.Question.Permission.Name != permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return AuditRefusal.WrongPermit;
        }

        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is (StoreUnavailableException and not LogBehindException) or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }
}
