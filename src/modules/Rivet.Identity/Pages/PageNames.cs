using Rivet.Hosting.Pages;
using Rivet.Identity.People;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Identity.Pages;

/// <summary>Names for the pages of others, read once for each open page; anew when a company's key was withheld meanwhile.</summary>
internal sealed class PageNames : IPageNames, IDisposable
{
    private readonly PageVisitor visitor;
    private readonly PeopleList people;
    private readonly IStore store;
    private readonly IKeyWatch watch;
    private volatile Dictionary<PersonId, string> known = [];

    public PageNames(PageVisitor visitor, PeopleList people, IStore store, IKeyWatch watch)
    {
        (this.visitor, this.people, this.store, this.watch) = (visitor, people, store, watch);
        watch.Forgotten += Forget;
    }

    public void Dispose() => watch.Forgotten -= Forget;

    public async ValueTask<IReadOnlyDictionary<PersonId, string>> ReadAsync(IReadOnlyCollection<PersonId> wanted, CancellationToken ct)
    {
        if ((await visitor.AskAsync(IdentityPermissions.PeopleRead, resource: null, ct)).Permit is not { } permit)
        {
            return new Dictionary<PersonId, string>();
        }

        var names = known;
        if (wanted.Where(person => !names.ContainsKey(person)).Distinct().ToArray() is { Length: > 0 } missing)
        {
            await ReadAsync(permit.Company, missing, names, ct);
        }

        return wanted.Distinct().Where(names.ContainsKey).ToDictionary(person => person, person => names[person]);
    }

    private void Forget(CompanyId company) => known = [];

    private async ValueTask ReadAsync(CompanyId company, PersonId[] missing, Dictionary<PersonId, string> names, CancellationToken ct)
    {
        var rows = await store.ReadAsync(session => missing.Select(person => PersonTable.Find(session, company, person)).OfType<PersonRow>().ToArray(), ct);
        if ((await people.DescribeAsync(company, rows, ct)).TryGet(out var described, out _))
        {
            foreach (var person in described)
            {
                names[person.Id] = person.Name;
            }
        }
    }
}
