using Rivet.Hosting.Pages;
using Rivet.Identity.People;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.Pages;

/// <summary>Names for the pages of others, read once for each open page.</summary>
internal sealed class PageNames(PageVisitor visitor, PeopleList people, IStore store) : IPageNames
{
    private readonly Dictionary<PersonId, string> known = [];

    public async ValueTask<IReadOnlyDictionary<PersonId, string>> ReadAsync(IReadOnlyCollection<PersonId> wanted, CancellationToken ct)
    {
        if ((await visitor.AskAsync(IdentityPermissions.PeopleRead, resource: null, ct)).Permit is not { } permit)
        {
            return new Dictionary<PersonId, string>();
        }

        if (wanted.Where(person => !known.ContainsKey(person)).Distinct().ToArray() is { Length: > 0 } missing)
        {
            await ReadAsync(permit.Company, missing, ct);
        }

        return wanted.Distinct().Where(known.ContainsKey).ToDictionary(person => person, person => known[person]);
    }

    private async ValueTask ReadAsync(CompanyId company, PersonId[] missing, CancellationToken ct)
    {
        var rows = await store.ReadAsync(session => missing.Select(person => PersonTable.Find(session, company, person)).OfType<PersonRow>().ToArray(), ct);
        if ((await people.DescribeAsync(company, rows, ct)).TryGet(out var described, out _))
        {
            foreach (var person in described)
            {
                known[person.Id] = person.Name;
            }
        }
    }
}
