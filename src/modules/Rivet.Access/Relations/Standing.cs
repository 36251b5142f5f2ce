using Rivet.Kernel;

namespace Rivet.Access;

/// <summary>Everything a person is to a resource: one bit for each <see cref="Relation"/>.</summary>
[Flags]
internal enum Standing : byte
{
    None = 0,
    Administrator = 1 << Relation.Administrator,
    Member = 1 << Relation.Member,
    Guest = 1 << Relation.Guest,
    Owner = 1 << Relation.Owner,
}

/// <summary>Whose standing to what. A page and a device of a person are the same person.</summary>
internal readonly record struct StandingKey(PersonId Person, Resource Resource);
