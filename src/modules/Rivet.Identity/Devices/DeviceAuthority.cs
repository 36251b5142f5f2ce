using Microsoft.Extensions.Logging;
using Rivet.Hosting.Link;
using Rivet.Identity.Companies;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Devices;

/// <summary>Lets devices in; the link has verified that they hold their keys.</summary>
internal sealed class DeviceAuthority(
    IStore store, Enrolment enrolment, Sealer sealer, RecordedRefusals refusals, IdentityEvents events, TimeProvider time, ILogger<DeviceAuthority> log)
    : IDeviceAuthority
{
    public async ValueTask<SignedInDevice?> SignInAsync(KeyBundle keys, LinkOrigin origin, CancellationToken ct)
    {
        var identityKey = keys.IdentityKey.ToByteArray();
        var known = await store.ReadAsync(session => DeviceTable.FindByKey(session, identityKey), ct);
        if (known is null)
        {
            await refusals.RecordStrangerAsync(IdentityEvents.DeviceRefused, "unknown", identityKey, origin.Remote, ct);
            return null;
        }

        var staticKey = keys.StaticKey.ToByteArray();
        if (await store.WriteAsync(transaction => SignIn(transaction, known, staticKey, origin), ct) is { } owner)
        {
            return await DescribeAsync(known, owner, ct);
        }

        await refusals.RecordAsync(known, known.SignedOutMs is null ? "suspended" : "signed-out", origin.Remote, ct);
        return null;
    }

    public async ValueTask<SignedInDevice?> JoinAsync(KeyBundle keys, Join join, LinkOrigin origin, CancellationToken ct)
    {
        var joined = await enrolment.JoinAsync(keys, join, origin.Remote, ct);
        if (joined.TryGet(out var device, out var refusal))
        {
            return await DescribeAsync(device, await store.ReadAsync(session => OwnerOf(session, device), ct), ct);
        }

        if (refusal == IdentityRefusal.Unavailable)
        {
            // Not the device's fault, and its code is still good: the link must not tell it to stay away.
            throw new StoreUnavailableException("The device could not be enrolled now; nothing was done.");
        }

        var kind = refusal == IdentityRefusal.CodeRefused ? IdentityEvents.InvitationRefused : IdentityEvents.DeviceRefused;
        await refusals.RecordStrangerAsync(kind, refusal.ToWire().Reason, keys.IdentityKey.ToByteArray(), origin.Remote, ct);
        return null;
    }

    public ValueTask ReportAsync(Subject device, string offence, LinkOrigin origin, CancellationToken ct)
        => refusals.RecordOffenceAsync(device, offence, origin.Remote, ct);

    /// <summary>Null when the device may not.</summary>
    private Owner? SignIn(WriteTransaction transaction, DeviceRow device, byte[] staticKey, LinkOrigin origin)
    {
        if (!DeviceTable.IsActive(transaction, device.Id))
        {
            return null;
        }

        DeviceTable.MarkSignedIn(transaction, device.Id, staticKey, time.GetUtcNow().ToUnixTimeMilliseconds());
        events.Success(
            transaction, IdentityEvents.DeviceSignedIn, device.Subject, device.Resource,
            ("remote", origin.Remote?.ToString() ?? "unknown"), ("binding", origin.Binding.ToString()));
        return OwnerOf(transaction, device);
    }

    private static Owner OwnerOf(ReadSession session, DeviceRow device)
        => PersonTable.Find(session, device.Company, device.Person) is { } person && CompanyTable.FindName(session, device.Company) is { } company
            ? new Owner(person, company)
            : throw new InvalidOperationException("A device is stored without its person or company.");

    /// <summary>Names are a courtesy: without the vault a device still signs in, and sees none.</summary>
    private async ValueTask<SignedInDevice?> DescribeAsync(DeviceRow device, Owner owner, CancellationToken ct)
    {
        var opened = await sealer.OpenTextsAsync(
            device.Company, new[] { new Sealed(Slot.CompanyName(device.Company), owner.CompanyName), owner.Person.SealedName }, ct);
        if (!opened.TryGet(out var names, out var refusal))
        {
            Log.NamesUnavailable(log, refusal);
            names = [string.Empty, string.Empty];
        }

        return new SignedInDevice { Subject = device.Subject, CompanyName = names[0], PersonName = names[1], Role = owner.Person.Role };
    }

    /// <summary>Whose a device is, as stored.</summary>
    private sealed record Owner(PersonRow Person, byte[] CompanyName);
}
