using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Access;

/// <summary>
/// The facts access is decided on: <c>person is RELATION of RESOURCE</c>. Modules write them in the transaction of the
/// fact; the policy sees them from the commit on.
/// </summary>
public interface IRelations
{
    /// <summary>Adds a relation; adding one that is there changes nothing.</summary>
    void Add(WriteTransaction transaction, Resource resource, Relation relation, PersonId person);

    /// <summary>Removes a relation; effective at the commit.</summary>
    void Remove(WriteTransaction transaction, Resource resource, Relation relation, PersonId person);
}

/// <summary>How a person relates to a resource.</summary>
public enum Relation : byte
{
    /// <summary>Administrator of a company.</summary>
    Administrator = 1,

    /// <summary>Member of a company or of a conversation.</summary>
    Member = 2,

    /// <summary>Guest in a company.</summary>
    Guest = 3,

    /// <summary>The person a device belongs to.</summary>
    Owner = 4,
}
