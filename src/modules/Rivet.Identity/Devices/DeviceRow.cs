using System.Data.Common;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Devices;

/// <summary>A device as stored.</summary>
internal sealed record DeviceRow
{
    public required DeviceId Id { get; init; }

    public required CompanyId Company { get; init; }

    public required PersonId Person { get; init; }

    public required byte[] IdentityKey { get; init; }

    public required byte[] StaticKey { get; init; }

    public required byte[] Name { get; init; }

    public required long EnrolledMs { get; init; }

    public required long LastSeenMs { get; init; }

    public long? SignedOutMs { get; init; }

    public Sealed SealedName => new(Slot.DeviceName(Id), Name);

    public Subject Subject => Subject.OfDevice(Company, Person, Id);

    public Resource Resource => Resource.Of(Id, Company);
}

/// <summary>The table of devices.</summary>
internal static class DeviceTable
{
    private const string Columns = "device_id, company, person, identity_key, static_key, name, enrolled_ms, last_seen_ms, signed_out_ms";

    public static void Insert(WriteTransaction transaction, DeviceRow device)
        => transaction.Execute(
            """
            INSERT INTO identity_device (device_id, company, person, identity_key, static_key, name, enrolled_ms, last_seen_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            device.Id.ToBytes(), device.Company.ToBytes(), device.Person.ToBytes(), device.IdentityKey, device.StaticKey, device.Name,
            device.EnrolledMs, device.LastSeenMs);

    public static DeviceRow? FindByKey(ReadSession session, byte[] identityKey)
        => session.QueryFirst($"SELECT {Columns} FROM identity_device WHERE identity_key = $1", Map, identityKey);

    /// <summary>A device of this company; none of another.</summary>
    public static DeviceRow? Find(ReadSession session, CompanyId company, DeviceId device)
        => session.QueryFirst(
            $"SELECT {Columns} FROM identity_device WHERE device_id = $1 AND company = $2", Map, device.ToBytes(), company.ToBytes());

    public static List<DeviceRow> List(ReadSession session, CompanyId company, PersonId person)
        => session.Query(
            $"SELECT {Columns} FROM identity_device WHERE person = $1 AND company = $2 ORDER BY enrolled_ms, device_id",
            Map, person.ToBytes(), company.ToBytes());

    /// <summary>Whether the device may use the link now: neither signed out nor its person suspended.</summary>
    public static bool IsActive(ReadSession session, DeviceId device)
        => session.QueryFirst(
            """
            SELECT 1 FROM identity_device JOIN identity_person ON person_id = person
            WHERE device_id = $1 AND signed_out_ms IS NULL AND state = $2
            """,
            row => true, device.ToBytes(), (int)PersonState.Active);

    /// <summary>The device proved its identity key, which may have signed a newer static key.</summary>
    public static void MarkSignedIn(WriteTransaction transaction, DeviceId device, byte[] staticKey, long nowMs)
        => transaction.Execute(
            "UPDATE identity_device SET last_seen_ms = $2, static_key = $3 WHERE device_id = $1", device.ToBytes(), nowMs, staticKey);

    public static void MarkSeen(WriteTransaction transaction, DeviceId device, long seenMs)
        => transaction.Execute(
            "UPDATE identity_device SET last_seen_ms = $2 WHERE device_id = $1 AND last_seen_ms < $2", device.ToBytes(), seenMs);

    /// <summary>False when it was signed out before.</summary>
    public static bool TrySignOut(WriteTransaction transaction, DeviceId device, long nowMs)
        => transaction.Execute(
            "UPDATE identity_device SET signed_out_ms = $2 WHERE device_id = $1 AND signed_out_ms IS NULL", device.ToBytes(), nowMs) == 1;

    private static DeviceRow Map(DbDataReader row) => new()
    {
        Id = row.Id<DeviceId>(0),
        Company = row.Id<CompanyId>(1),
        Person = row.Id<PersonId>(2),
        IdentityKey = row.Bytes(3),
        StaticKey = row.Bytes(4),
        Name = row.Bytes(5),
        EnrolledMs = row.GetInt64(6),
        LastSeenMs = row.GetInt64(7),
        SignedOutMs = row.IsDBNull(8) ? null : row.GetInt64(8),
    };
}
