using System.Security.Cryptography;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Invitations;

/// <summary>What a code is good for.</summary>
internal enum InvitationKind
{
    Founder = 1,
    Person = 2,
    Device = 3,

    /// <summary>An administrator by the word of the machine's owner: a known person, or a new one where none is named.</summary>
    Recovery = 4,
}

/// <summary>An invitation as stored, without its code.</summary>
internal sealed record InvitationRow
{
    public required Guid Id { get; init; }

    public required InvitationKind Kind { get; init; }

    public CompanyId Company { get; init; }

    /// <summary>Who gets a device; empty unless <see cref="Kind"/> says so.</summary>
    public PersonId Person { get; init; }

    public required Role Role { get; init; }

    /// <summary>The new person's name where the inviter gave one.</summary>
    public byte[]? Name { get; init; }

    public required long ExpiresMs { get; init; }

    public long? UsedMs { get; init; }

    /// <summary>The device that was enrolled with it.</summary>
    public DeviceId Device { get; init; }

    public Sealed? SealedName => Name is null ? null : new Sealed(Slot.InvitedName(Id), Name);

    public bool IsOpenAt(long nowMs) => UsedMs is null && nowMs < ExpiresMs;
}

/// <summary>The table of invitations. Codes are random, 128 bits: a plain hash neither reveals nor confuses them.</summary>
internal static class InvitationTable
{
    public static void Insert(WriteTransaction transaction, InvitationCode code, InvitationRow invitation, long nowMs)
        => transaction.Execute(
            """
            INSERT INTO identity_invitation (code_hash, invitation_id, kind, company, person, role, name, made_ms, expires_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            Hash(code), invitation.Id.ToByteArray(bigEndian: true), (int)invitation.Kind, invitation.Company.BytesOrNull(),
            invitation.Person.BytesOrNull(), (int)invitation.Role, invitation.Name, nowMs, invitation.ExpiresMs);

    public static InvitationRow? Find(ReadSession session, InvitationCode code)
        => session.QueryFirst(
            """
            SELECT invitation_id, kind, company, person, role, name, expires_ms, used_ms, device
            FROM identity_invitation WHERE code_hash = $1
            """,
            row => new InvitationRow
            {
                Id = new Guid(row.Bytes(0), bigEndian: true),
                Kind = (InvitationKind)row.GetInt32(1),
                Company = row.IdOrNone<CompanyId>(2),
                Person = row.IdOrNone<PersonId>(3),
                Role = (Role)row.GetInt32(4),
                Name = row.IsDBNull(5) ? null : row.Bytes(5),
                ExpiresMs = row.GetInt64(6),
                UsedMs = row.IsDBNull(7) ? null : row.GetInt64(7),
                Device = row.IdOrNone<DeviceId>(8),
            },
            Hash(code));

    /// <summary>Uses the code up; false when somebody else was first or it expired meanwhile.</summary>
    public static bool TryUse(WriteTransaction transaction, InvitationCode code, DeviceId device, long nowMs)
        => transaction.Execute(
            "UPDATE identity_invitation SET used_ms = $2, device = $3 WHERE code_hash = $1 AND used_ms IS NULL AND expires_ms > $2",
            Hash(code), nowMs, device.BytesOrNull()) == 1;

    /// <summary>Earlier administrator codes that nobody used are void.</summary>
    public static void VoidFounders(WriteTransaction transaction)
        => transaction.Execute("DELETE FROM identity_invitation WHERE kind = 1 AND used_ms IS NULL");

    /// <summary>Earlier recoveries that nobody used are void.</summary>
    public static void VoidRecoveries(WriteTransaction transaction, CompanyId company)
        => transaction.Execute("DELETE FROM identity_invitation WHERE kind = 4 AND company = $1 AND used_ms IS NULL", company.ToBytes());

    private static byte[] Hash(InvitationCode code) => SHA256.HashData(code.Bytes);
}
