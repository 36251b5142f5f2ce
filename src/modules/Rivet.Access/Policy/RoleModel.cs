using System.Collections.Frozen;
using Rivet.Kernel;
using static Rivet.Access.Requirement;
using static Rivet.Access.Standing;

namespace Rivet.Access;

/// <summary>The whole policy in its first form: a permission on a kind of resource, and what it takes. What is not here is refused.</summary>
internal static class RoleModel
{
    /// <summary>The roles there are; any other relation to a company is no role.</summary>
    public const Standing Everyone = Administrator | Member | Guest;

    private const Standing Staff = Administrator | Member;

    /// <summary>The table.</summary>
    public static IReadOnlyList<Rule> Rules { get; } =
    [
        new("link.echo",                  "company",      Role(Everyone)),

        new("identity.self.read",         "company",      Role(Everyone)),
        new("identity.self.read",         "person",       Oneself(or: Administrator)),
        new("identity.company.change",    "company",      Role(Administrator)),
        new("identity.people.read",       "company",      Role(Staff)),
        new("identity.people.import",     "company",      Role(Administrator)),
        new("identity.invitation.create", "company",      Role(Administrator)),
        new("identity.invitation.create", "person",       Oneself(or: Administrator)),
        new("identity.page.open",         "company",      Role(Everyone)),
        new("identity.page.open",         "person",       Oneself(or: None)),
        new("identity.device.read",       "company",      Role(Administrator)),
        new("identity.device.read",       "person",       Oneself(or: Administrator)),
        new("identity.device.read",       "device",       Oneself(or: Administrator)),
        new("identity.device.sign-out",   "person",       Oneself(or: Administrator)),
        new("identity.device.sign-out",   "device",       Oneself(or: Administrator)),

        new("conversation.list",          "company",      Role(Everyone)),
        new("conversation.create",        "company",      Role(Staff)),
        new("conversation.import",        "company",      Role(Administrator)),
        new("conversation.read",          "conversation", Related(Member)),
        new("conversation.manage",        "conversation", Related(Member)),
        new("conversation.leave",         "conversation", Related(Member)),
        new("message.send",               "conversation", Related(Member)),
        new("message.policy",             "company",      Role(Administrator)),
        new("file.put",                   "conversation", Related(Member)),
        new("file.get",                   "conversation", Related(Member)),
        new("presence.watch",             "company",      Role(Staff)),

        new("mail.manage",                "company",      Role(Administrator)),
        new("settings.read",              "company",      Role(Administrator)),
        new("status.read",                "company",      Role(Administrator), System: true),
        new("audit.read",                 "company",      Role(Administrator), System: true),
        new("audit.share",                "company",      Role(Administrator)),
        new("audit.retain",               "company",      Role(Administrator)),
        new("audit.key",                  "company",      Role(Administrator)),
        new("vault.read",                 "company",      Role(Administrator)),
        new("vault.manage",               "company",      Role(Administrator)),
        new("transit.manage",             "company",      Role(Administrator)),
    ];

    private static readonly FrozenDictionary<string, Rule[]> ByPermission = Rules
        .GroupBy(rule => rule.Permission, StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    /// <summary>The rule for a permission on a kind of resource; null when there is none.</summary>
    public static Rule? Find(Permission permission, string? kind)
    {
        if (permission.Name is { } name && ByPermission.TryGetValue(name, out var rules))
        {
            foreach (var rule in rules)
            {
                if (string.Equals(rule.Kind, kind, StringComparison.Ordinal))
                {
                    return rule;
                }
            }
        }

        return null;
    }
}

/// <summary>One row of the policy.</summary>
/// <param name="Permission">What is done.</param>
/// <param name="Kind">To which kind of resource.</param>
/// <param name="Requirement">What a person needs for it.</param>
/// <param name="System">Whether the system may do it by itself.</param>
internal sealed record Rule(string Permission, string Kind, Requirement Requirement, bool System = false);

/// <summary>What a person needs. Every form also needs a role in the company: who left it may do nothing.</summary>
/// <param name="Form">Which form.</param>
/// <param name="Any">One of these is enough.</param>
internal sealed record Requirement(RequirementForm Form, Standing Any)
{
    /// <summary>One of the roles in the company.</summary>
    public static Requirement Role(Standing any) => new(RequirementForm.Role, any);

    /// <summary>To be the person, to act through the device, to own it; or one of the roles in the company.</summary>
    public static Requirement Oneself(Standing or) => new(RequirementForm.Oneself, or);

    /// <summary>One of the relations to the resource, whatever the role in the company.</summary>
    public static Requirement Related(Standing any) => new(RequirementForm.Related, any);
}

internal enum RequirementForm
{
    Role,
    Oneself,
    Related,
}
