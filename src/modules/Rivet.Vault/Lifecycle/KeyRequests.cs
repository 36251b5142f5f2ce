using Google.Protobuf;
using Microsoft.Extensions.Options;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Vault;

/// <summary>The requests about a company's key over LWS, for an administrator's device.</summary>
internal sealed class KeyRequests(KeyDesk desk, IOptions<VaultOptions> options, TimeProvider time)
{
    private const int LongestAddress = 2048;
    private const int LongestName = 256;
    private const int LongestCertificate = 8 * 1024;

    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.ReadCompanyKey, ReadCompanyKeyRequest.Parser, KeyDesk.Look, (subject, _) => Resource.Of(subject.Company), ReadAsync);
        endpoints.Map(Method.AskKeyChange, AskKeyChangeRequest.Parser, KeyDesk.Manage, (subject, _) => Resource.Of(subject.Company), AskAsync);
        endpoints.Map(Method.ApproveKeyChange, ApproveKeyChangeRequest.Parser, KeyDesk.Manage, (subject, _) => Resource.Of(subject.Company), ApproveAsync);
        endpoints.Map(Method.DeclineKeyChange, DeclineKeyChangeRequest.Parser, KeyDesk.Manage, (subject, _) => Resource.Of(subject.Company), DeclineAsync);
        endpoints.Map(Method.CancelKeyDestruction, CancelKeyDestructionRequest.Parser, KeyDesk.Manage, (subject, _) => Resource.Of(subject.Company), CancelAsync);
        endpoints.Map(Method.BeginKeyImport, BeginKeyImportRequest.Parser, KeyDesk.Manage, (subject, _) => Resource.Of(subject.Company), BeginImportAsync);
    }

    internal async ValueTask<Result<ReadCompanyKeyResponse, Refusal>> ReadAsync(Permit permit, ReadCompanyKeyRequest request, CancellationToken ct)
        => (await desk.ReadAsync(permit, ct)).TryGet(out var view, out var why) ? new ReadCompanyKeyResponse { Key = ToWire(view) } : why.ToWire();

    internal async ValueTask<Result<AskKeyChangeResponse, Refusal>> AskAsync(Permit permit, AskKeyChangeRequest request, CancellationToken ct)
    {
        if (!TryRead(request).TryGet(out var wanted, out var why))
        {
            return why.ToWire();
        }

        return (await desk.AskAsync(permit, wanted, request.Reason, ct)).TryGet(out var asked, out why)
            ? new AskKeyChangeResponse { Change = ToWire(new(asked, request.Reason.Trim(), wanted.Place?.ToString()), time.GetUtcNow()) }
            : why.ToWire();
    }

    internal async ValueTask<Result<ApproveKeyChangeResponse, Refusal>> ApproveAsync(Permit permit, ApproveKeyChangeRequest request, CancellationToken ct)
        => IdOf(request.RequestId) is not { } id ? KeyRefusal.NoRequest.ToWire()
            : (await desk.ApproveAsync(permit, id, ct)).TryGet(out var view, out var why) ? new ApproveKeyChangeResponse { Key = ToWire(view) } : why.ToWire();

    internal async ValueTask<Result<DeclineKeyChangeResponse, Refusal>> DeclineAsync(Permit permit, DeclineKeyChangeRequest request, CancellationToken ct)
        => IdOf(request.RequestId) is not { } id ? KeyRefusal.NoRequest.ToWire()
            : (await desk.DeclineAsync(permit, id, ct)).TryGet(out var view, out var why) ? new DeclineKeyChangeResponse { Key = ToWire(view) } : why.ToWire();

    internal async ValueTask<Result<CancelKeyDestructionResponse, Refusal>> CancelAsync(Permit permit, CancelKeyDestructionRequest request, CancellationToken ct)
        => (await desk.CancelDestructionAsync(permit, ct)).TryGet(out var view, out var why) ? new CancelKeyDestructionResponse { Key = ToWire(view) } : why.ToWire();

    internal async ValueTask<Result<BeginKeyImportResponse, Refusal>> BeginImportAsync(Permit permit, BeginKeyImportRequest request, CancellationToken ct)
        => (await desk.BeginImportAsync(permit, ct)).TryGet(out var begun, out var why)
            ? new BeginKeyImportResponse { ImportId = Bytes(begun.Id), PublicKey = begun.PublicKey, IsSha1 = begun.IsSha1, UntilMs = begun.Until.ToUnixTimeMilliseconds() }
            : why.ToWire();

    /// <summary>What can be meant at all; whether it can be done is the desk's to say.</summary>
    private static Result<WantedChange, KeyRefusal> TryRead(AskKeyChangeRequest request)
    {
        KeyServicePlace? place = null;
        if (request.Service is { } service)
        {
            if (service.Address.Length > LongestAddress || service.Key.Length > LongestName || service.Region.Length > LongestName
                || service.Certificate.Length > LongestCertificate || service.AccessKey.Length > LongestName || service.Secret.Length > LongestName)
            {
                return KeyRefusal.BadKeyService;
            }

            place = new(service.Address, service.Key, service.Region, service.Certificate.Length == 0 ? null : service.Certificate, service.AccessKey, service.Secret);
        }

        var action = (KeyAction)request.Action;
        return Enum.IsDefined(action)
            ? new WantedChange(action) { Version = request.Version, Place = place, Import = IdOf(request.ImportId), WrappedKey = request.WrappedKey.Memory }
            : KeyRefusal.WrongState;
    }

    private CompanyKeyStanding ToWire(CompanyKeyView view)
    {
        var key = new CompanyKeyStanding
        {
            ServerMs = view.Now.ToUnixTimeMilliseconds(),
            Root = view.Root?.ToString().ToLowerInvariant() ?? "",
            RootIsHardware = view.RootIsHardware,
            RootFault = view.RootState.IsReady ? "" : view.RootState.Fault.ToString(),
            RootReason = view.RootState.Reason,
            State = (CompanyKeyState)(int)(view.Standing?.State ?? 0),
            UnderRoot = (ulong)view.UnderRoot,
            ToRewrap = (ulong)view.ToRewrap,
            DestructionWaitsMs = (long)options.Value.DestructionWaits.TotalMilliseconds,
            ServiceAskedEveryMs = (long)options.Value.KeyServiceAskedEvery.TotalMilliseconds,
            ServiceAnswersWithinMs = (long)options.Value.KeyServiceAnswersWithin.TotalMilliseconds,
            ServiceMayBeSilentMs = (long)options.Value.KeyServiceMayBeSilentFor.TotalMilliseconds,
        };
        if (view.Standing is { } standing)
        {
            (key.KeyId, key.Version, key.Minimum) = (Bytes(standing.KeyId), standing.Version, standing.Minimum);
            (key.DestroyMs, key.WithheldMs) = (standing.DestroyMs ?? 0, standing.WithheldMs ?? 0);
        }

        key.Versions.AddRange(view.Versions.Select(ToWire));
        key.Applications.AddRange(view.Applications.Select(ToWire));
        key.Changes.AddRange(view.Requests.Select(request => ToWire(request, view.Now)));
        return key;
    }

    private static CompanyKeyVersion ToWire(KeyVersionView version) => new()
    {
        Version = version.Version,
        Custody = (KeyCustody)version.Custody,
        CreatedMs = version.Created.ToUnixTimeMilliseconds(),
        DestroyedMs = version.Destroyed?.ToUnixTimeMilliseconds() ?? 0,
        Keys = (ulong)version.Keys,
        Service = version.Service ?? "",
    };

    private static ApplicationKeyCount ToWire(ApplicationKeys keys) => new()
    {
        Application = keys.Application,
        Living = (ulong)keys.Living,
        Destroyed = (ulong)keys.Destroyed,
        OldestMs = keys.Oldest?.ToUnixTimeMilliseconds() ?? 0,
        NewestMs = keys.Newest?.ToUnixTimeMilliseconds() ?? 0,
        Seals = (ulong)keys.Seals,
    };

    private static AskedKeyChange ToWire(KeyRequestView view, DateTimeOffset now)
    {
        var request = view.Request;
        return new()
        {
            RequestId = Bytes(request.Id),
            Action = (KeyChangeAction)request.Action,
            Version = request.Version,
            Reason = view.Reason ?? "",
            Service = view.Service ?? "",
            State = request.State == KeyRequestState.Open && !request.IsOpenAt(now) ? KeyChangeState.KeyChangeExpired : (KeyChangeState)request.State,
            AskedBy = ByteString.CopyFrom(request.AskedBy.ToBytes()),
            AskedMs = request.AskedAt.ToUnixTimeMilliseconds(),
            UntilMs = (request.AskedAt + KeyRequest.Lasts).ToUnixTimeMilliseconds(),
            DecidedBy = request.DecidedAt is null ? ByteString.Empty : ByteString.CopyFrom(request.DecidedBy.ToBytes()),
            DecidedMs = request.DecidedAt?.ToUnixTimeMilliseconds() ?? 0,
        };
    }

    private static Guid? IdOf(ByteString bytes) => bytes.Length == 16 ? new Guid(bytes.Span, bigEndian: true) : null;

    private static ByteString Bytes(Guid id) => ByteString.CopyFrom(id.ToByteArray(bigEndian: true));
}
