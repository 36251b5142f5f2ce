using Rivet.Access;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.People;

/// <summary>A person's role is a fact for Access: a relation of the company.</summary>
internal static class CompanyRoles
{
    public static bool IsKnown(Role role) => role is Role.Guest or Role.Member or Role.Administrator;

    public static void Grant(this IRelations relations, WriteTransaction transaction, CompanyId company, PersonId person, Role role)
        => relations.Add(transaction, Resource.Of(company), Relation(role), person);

    /// <summary>One role after another: nobody keeps two.</summary>
    public static void Change(this IRelations relations, WriteTransaction transaction, CompanyId company, PersonId person, Role from, Role to)
    {
        relations.Remove(transaction, Resource.Of(company), Relation(from), person);
        relations.Grant(transaction, company, person, to);
    }

    private static Relation Relation(Role role) => role switch
    {
        Role.Administrator => Access.Relation.Administrator,
        Role.Member => Access.Relation.Member,
        Role.Guest => Access.Relation.Guest,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}
