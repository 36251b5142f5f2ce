using System.Net;
using Rivet.Identity.Invitations;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Identity.Devices;

/// <summary>Enrols a new device with a one-time code: the code is used up, and person and device exist, or nothing happened.</summary>
internal sealed class Enrolment(
    IStore store, Admissions admissions, Sealer sealer, CodeAttempts attempts, Access.IRelations relations, IdentityEvents events, TimeProvider time)
{
    private const int Retries = 5;

    public async ValueTask<Result<DeviceRow, IdentityRefusal>> JoinAsync(KeyBundle keys, Join join, IPAddress? remote, CancellationToken ct)
    {
        if (!attempts.TryBegin(remote))
        {
            return IdentityRefusal.TooManyAttempts;
        }

        var guessed = false;
        try
        {
            var result = await TryJoinAsync(keys, join, ct);
            guessed = !result.IsOk && result.Refusal == IdentityRefusal.CodeRefused;
            return result;
        }
        finally
        {
            if (!guessed)
            {
                attempts.GiveBack(remote);
            }
        }
    }

    private async ValueTask<Result<DeviceRow, IdentityRefusal>> TryJoinAsync(KeyBundle keys, Join join, CancellationToken ct)
    {
        if (!InvitationCode.TryRead(join.Code.Span, out var code))
        {
            return IdentityRefusal.CodeRefused;
        }

        for (var attempt = 0; attempt < Retries; attempt++)
        {
            var invitation = await store.ReadAsync(session => InvitationTable.Find(session, code), ct);
            if (invitation is null || !invitation.IsOpenAt(NowMs))
            {
                return await FindJoinedAsync(invitation, keys, ct) is { } joined ? joined : IdentityRefusal.CodeRefused;
            }

            if (!DisplayName.TryParse(join.DeviceName, out var deviceName))
            {
                return IdentityRefusal.InvalidName;
            }

            var prepared = await admissions.PrepareAsync(invitation, join, ct);
            if (!prepared.TryGet(out var admission, out var refusal))
            {
                return refusal;
            }

            var drafted = await DraftAsync(admission, keys, deviceName, ct);
            if (!drafted.TryGet(out var device, out var unsealed))
            {
                return IdentityRefusals.Of(unsealed);
            }

            var written = await store.WriteAsync(transaction => Write(transaction, code, invitation, admission, device), ct);
            if (written.IsOk || written.Refusal != IdentityRefusal.Unavailable)
            {
                return written;
            }
        }

        return IdentityRefusal.Unavailable;
    }

    private Result<DeviceRow, IdentityRefusal> Write(
        WriteTransaction transaction, InvitationCode code, InvitationRow invitation, Admission admission, DeviceRow device)
    {
        if (DeviceTable.FindByKey(transaction, device.IdentityKey) is not null)
        {
            return IdentityRefusal.KeyInUse;
        }

        if (!admission.StillHolds(transaction))
        {
            // Somebody was quicker: prepared again, nothing is lost.
            return IdentityRefusal.Unavailable;
        }

        if (!InvitationTable.TryUse(transaction, code, device.Id, NowMs))
        {
            return IdentityRefusal.CodeRefused;
        }

        var actor = device.Subject;
        admission.Write(transaction, actor);
        DeviceTable.Insert(transaction, device);
        relations.Add(transaction, device.Resource, Access.Relation.Owner, device.Person);
        events.Success(
            transaction, IdentityEvents.InvitationUsed, actor, Resource.Of(device.Company), ("invitation", invitation.Id.ToString("N")));
        events.Success(transaction, IdentityEvents.DeviceEnrolled, actor, device.Resource);
        return device;
    }

    /// <summary>The device joined with this very code, but its connection broke before it was welcomed: it may go on.</summary>
    private async ValueTask<DeviceRow?> FindJoinedAsync(InvitationRow? invitation, KeyBundle keys, CancellationToken ct)
    {
        var identityKey = keys.IdentityKey.ToByteArray();
        var device = await store.ReadAsync(session => DeviceTable.FindByKey(session, identityKey), ct);
        return device is not null && device.Id == invitation?.Device
            && await store.ReadAsync(session => DeviceTable.IsActive(session, device.Id), ct) ? device : null;
    }

    private async ValueTask<Result<DeviceRow, VaultRefusal>> DraftAsync(
        Admission admission, KeyBundle keys, DisplayName name, CancellationToken ct)
    {
        var id = EntityId.New<DeviceId>(time);
        var answer = await sealer.SealAsync(admission.Company, new[] { new Clear(Slot.DeviceName(id), name.Value) }, ct);
        if (!answer.TryGet(out var texts, out var refusal))
        {
            return refusal;
        }

        var nowMs = NowMs;
        return new DeviceRow
        {
            Id = id,
            Company = admission.Company,
            Person = admission.Person,
            IdentityKey = keys.IdentityKey.ToByteArray(),
            StaticKey = keys.StaticKey.ToByteArray(),
            Name = texts[0],
            EnrolledMs = nowMs,
            LastSeenMs = nowMs,
        };
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();
}
