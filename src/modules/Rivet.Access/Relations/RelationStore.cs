using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Access;

/// <summary>The relations in the store; every change drops what the policy remembers of it, in commit order.</summary>
internal sealed class RelationStore(StandingCache cache) : IRelations
{
    public void Add(WriteTransaction transaction, Resource resource, Relation relation, PersonId person)
        => Change(
            transaction,
            """
            INSERT INTO access_relation (company, resource_kind, resource_id, person, relation) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            resource, relation, person);

    public void Remove(WriteTransaction transaction, Resource resource, Relation relation, PersonId person)
        => Change(
            transaction,
            """
            DELETE FROM access_relation
            WHERE company = $1 AND resource_kind = $2 AND resource_id = $3 AND person = $4 AND relation = $5
            """,
            resource, relation, person);

    /// <summary>Reads everything the person is to the resource.</summary>
    public static Standing Find(ReadSession session, StandingKey key)
    {
        var standing = Standing.None;
        foreach (var relation in session.Query(
            """
            SELECT relation FROM access_relation
            WHERE company = $1 AND resource_kind = $2 AND resource_id = $3 AND person = $4
            """,
            row => row.GetInt32(0),
            key.Resource.Company.ToBytes(), key.Resource.Kind, IdOf(key.Resource), key.Person.ToBytes()))
        {
            standing |= (Standing)(1 << relation);
        }

        return standing;
    }

    private void Change(WriteTransaction transaction, string sql, Resource resource, Relation relation, PersonId person)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (!Enum.IsDefined(relation) || person.Value == Guid.Empty || resource.Id == Guid.Empty
            || resource.Company.Value == Guid.Empty || string.IsNullOrEmpty(resource.Kind))
        {
            throw new ArgumentException($"{relation} of {resource} by {person} is no relation.");
        }

        transaction.Execute(
            sql, resource.Company.ToBytes(), resource.Kind, IdOf(resource), person.ToBytes(), (int)relation);

        // Also when nothing changed: forgetting too much is harmless, and no reasoning about uncommitted neighbours is needed.
        transaction.AfterCommit(() => cache.Forget(new StandingKey(person, resource)));
    }

    private static byte[] IdOf(Resource resource) => resource.Id.ToByteArray(bigEndian: true);
}
