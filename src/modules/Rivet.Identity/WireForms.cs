using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity;

/// <summary>Identity's entries as the wire carries them.</summary>
internal static class WireForms
{
    public static Person ToWire(this PersonEntry person) => new()
    {
        PersonId = ByteString.CopyFrom(person.Id.ToBytes()),
        Name = person.Name,
        Handle = person.Handle,
        Role = person.Role,
        State = person.State,
    };

    public static Device ToWire(this DeviceEntry device) => new()
    {
        DeviceId = ByteString.CopyFrom(device.Id.ToBytes()),
        PersonId = ByteString.CopyFrom(device.Person.ToBytes()),
        Name = device.Name,
        EnrolledMs = device.EnrolledAt.ToUnixTimeMilliseconds(),
        LastSeenMs = device.LastSeenAt.ToUnixTimeMilliseconds(),
        Online = device.IsOnline,
        SignedOut = device.IsSignedOut,
        IdentityKey = ByteString.CopyFrom(device.IdentityKey.Span),
    };
}
