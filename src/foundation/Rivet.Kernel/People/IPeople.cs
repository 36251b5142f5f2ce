namespace Rivet.Kernel;

/// <summary>
/// Which people there are in a company; implemented by Identity. Modules ask it before they let a person named by a
/// request become part of something, such as the member of a conversation or the author of an imported message.
/// </summary>
public interface IPeople
{
    /// <summary>
    /// The first of <paramref name="people"/> that is nobody of <paramref name="company"/> (imported people count,
    /// whether or not they have a device); <c>default</c> when all are somebody.
    /// </summary>
    /// <remarks>Fails closed: while the facts cannot be read, it names the first.</remarks>
    ValueTask<PersonId> FindStrangerAsync(CompanyId company, IReadOnlyCollection<PersonId> people, CancellationToken ct);
}
