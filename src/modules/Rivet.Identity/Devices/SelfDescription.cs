using Rivet.Identity.Companies;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Devices;

/// <summary>Tells a device who it is.</summary>
internal sealed class SelfDescription(IStore store, Sealer sealer, PeopleList people, DeviceList devices)
{
    public async ValueTask<Result<WhoAmIResponse, IdentityRefusal>> DescribeAsync(Permit permit, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.SelfRead);
        var subject = permit.Subject;
        var (person, device, companyName) = await store.ReadAsync(
            session => (
                PersonTable.Find(session, subject.Company, subject.Person),
                DeviceTable.Find(session, subject.Company, subject.Device),
                CompanyTable.FindName(session, subject.Company)),
            ct);
        if (person is null || device is null || companyName is null)
        {
            return IdentityRefusal.NoSuchDevice;
        }

        var described = await people.DescribeAsync(subject.Company, [person], ct);
        if (!described.TryGet(out var entries, out var refusal))
        {
            return refusal;
        }

        var opened = await sealer.OpenTextsAsync(
            subject.Company, new[] { new Sealed(Slot.CompanyName(subject.Company), companyName), device.SealedName }, ct);
        return opened.TryGet(out var names, out var unavailable)
            ? new WhoAmIResponse
            {
                Person = entries[0].ToWire(),
                Device = devices.Describe(device, names[1]).ToWire(),
                CompanyName = names[0],
            }
            : IdentityRefusals.Of(unavailable);
    }
}
