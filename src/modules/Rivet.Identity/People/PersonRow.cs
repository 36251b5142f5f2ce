using System.Data.Common;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.People;

/// <summary>A person as stored.</summary>
internal sealed record PersonRow
{
    public required PersonId Id { get; init; }

    public required CompanyId Company { get; init; }

    public required byte[] Name { get; init; }

    public required byte[] Handle { get; init; }

    public required byte[] HandleIndex { get; init; }

    public byte[]? ExternalIndex { get; init; }

    public required Role Role { get; init; }

    public required PersonState State { get; init; }

    public Sealed SealedName => new(Slot.PersonName(Id), Name);

    public Sealed SealedHandle => new(Slot.Handle(Id), Handle);
}

/// <summary>The table of people.</summary>
internal static class PersonTable
{
    private const string Columns = "person_id, company, name, handle, handle_index, external_index, role, state";

    public static void Insert(WriteTransaction transaction, PersonRow person, long nowMs)
        => transaction.Execute(
            """
            INSERT INTO identity_person (person_id, company, name, handle, handle_index, external_index, role, state, added_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            person.Id.ToBytes(), person.Company.ToBytes(), person.Name, person.Handle, person.HandleIndex, person.ExternalIndex,
            (int)person.Role, (int)person.State, nowMs);

    /// <summary>A person of this company; nobody of another.</summary>
    public static PersonRow? Find(ReadSession session, CompanyId company, PersonId person)
        => session.QueryFirst(
            $"SELECT {Columns} FROM identity_person WHERE person_id = $1 AND company = $2", Map, person.ToBytes(), company.ToBytes());

    public static bool Exists(ReadSession session, CompanyId company, PersonId person)
        => session.QueryFirst(
            "SELECT 1 FROM identity_person WHERE person_id = $1 AND company = $2", row => true, person.ToBytes(), company.ToBytes());

    /// <summary>One page in the order of identifiers, after the given one.</summary>
    public static List<PersonRow> List(ReadSession session, CompanyId company, PersonId after, int limit)
        => session.Query(
            $"SELECT {Columns} FROM identity_person WHERE company = $1 AND person_id > $2 ORDER BY person_id LIMIT $3",
            Map, company.ToBytes(), after.ToBytes(), limit);

    public static bool IsHandleTaken(ReadSession session, CompanyId company, byte[] handleIndex)
        => session.QueryFirst(
            "SELECT 1 FROM identity_person WHERE company = $1 AND handle_index = $2", row => true, company.ToBytes(), handleIndex);

    public static PersonId FindImported(ReadSession session, CompanyId company, byte[] externalIndex)
        => session.QueryFirst(
            "SELECT person_id FROM identity_person WHERE company = $1 AND external_index = $2",
            row => row.Id<PersonId>(0), company.ToBytes(), externalIndex);

    /// <summary>An imported person is claimed: active from now on, in the role of the invitation.</summary>
    public static void Activate(WriteTransaction transaction, PersonId person, Role role)
        => transaction.Execute(
            "UPDATE identity_person SET state = $2, role = $3 WHERE person_id = $1", person.ToBytes(), (int)PersonState.Active, (int)role);

    /// <summary>The person whose handle has this index; nobody of another company.</summary>
    public static PersonRow? FindByHandle(ReadSession session, CompanyId company, byte[] handleIndex)
        => session.QueryFirst(
            $"SELECT {Columns} FROM identity_person WHERE company = $1 AND handle_index = $2", Map, company.ToBytes(), handleIndex);

    private static PersonRow Map(DbDataReader row) => new()
    {
        Id = row.Id<PersonId>(0),
        Company = row.Id<CompanyId>(1),
        Name = row.Bytes(2),
        Handle = row.Bytes(3),
        HandleIndex = row.Bytes(4),
        ExternalIndex = row.IsDBNull(5) ? null : row.Bytes(5),
        Role = (Role)row.GetInt32(6),
        State = (PersonState)row.GetInt32(7),
    };
}
