using Rivet.Identity.PageSessions;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.Devices;

/// <inheritdoc/>
internal sealed class DeviceList(
    IStore store, Sealer sealer, DeviceSessions sessions, OpenPages pages, IdentityEvents events, TimeProvider time)
    : IDevices
{
    public async ValueTask<Result<IReadOnlyList<DeviceEntry>, IdentityRefusal>> ListAsync(Permit permit, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.DeviceRead);
        var person = new PersonId(permit.Question.Resource.Id);
        var rows = await store.ReadAsync(
            session => PersonTable.Exists(session, permit.Company, person) ? DeviceTable.List(session, permit.Company, person) : null, ct);
        if (rows is null)
        {
            return IdentityRefusal.NoSuchPerson;
        }

        var opened = await sealer.OpenTextsAsync(permit.Company, rows.Select(row => row.SealedName).ToArray(), ct);
        return opened.TryGet(out var names, out var refusal)
            ? rows.Select((row, index) => Describe(row, names[index])).ToArray()
            : IdentityRefusals.Of(refusal);
    }

    public async Task<Result<Done, IdentityRefusal>> SignOutAsync(Permit permit, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.DeviceSignOut);
        var device = new DeviceId(permit.Question.Resource.Id);
        var known = await store.WriteAsync(transaction => SignOut(transaction, permit, device), ct);
        if (!known)
        {
            return IdentityRefusal.NoSuchDevice;
        }

        await sessions.CloseElsewhereAsync(device);
        return Done.Value;
    }

    private bool SignOut(WriteTransaction transaction, Permit permit, DeviceId device)
    {
        if (DeviceTable.Find(transaction, permit.Company, device) is not { } row)
        {
            return false;
        }

        if (DeviceTable.TrySignOut(transaction, device, time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            var closed = pages.CloseOpenedBy(transaction, device, permit.Subject);
            events.Success(
                transaction, IdentityEvents.DeviceSignedOut, permit.Subject, row.Resource, row.Person,
                ("pages", closed.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            transaction.AfterCommit(() => sessions.CloseHere(device));
        }

        return true;
    }

    public DeviceEntry Describe(DeviceRow row, string name) => new()
    {
        Id = row.Id,
        Person = row.Person,
        Name = name,
        EnrolledAt = DateTimeOffset.FromUnixTimeMilliseconds(row.EnrolledMs),
        LastSeenAt = sessions.IsOnline(row.Id) ? time.GetUtcNow() : DateTimeOffset.FromUnixTimeMilliseconds(row.LastSeenMs),
        IsOnline = sessions.IsOnline(row.Id),
        IsSignedOut = row.SignedOutMs is not null,
        IdentityKey = row.IdentityKey,
    };
}
