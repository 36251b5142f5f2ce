using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.People;

/// <inheritdoc cref="IPeopleList"/>
internal sealed class PeopleList(IStore store, Sealer sealer) : IPeopleList, IPeople
{
    private const int MaxPage = 500;

    public async ValueTask<Result<PeoplePage, IdentityRefusal>> ListAsync(Permit permit, PersonId after, int limit, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.PeopleRead);
        if (limit is < 0 or > MaxPage)
        {
            return IdentityRefusal.OutOfBounds;
        }

        var size = limit == 0 ? MaxPage : limit;
        var rows = await store.ReadAsync(session => PersonTable.List(session, permit.Company, after, size + 1), ct);
        var described = await DescribeAsync(permit.Company, rows.Take(size).ToArray(), ct);
        return described.TryGet(out var people, out var refusal) ? new PeoplePage(people, rows.Count > size) : refusal;
    }

    /// <summary>Opens the names of people of one company.</summary>
    public async ValueTask<Result<PersonEntry[], IdentityRefusal>> DescribeAsync(CompanyId company, PersonRow[] rows, CancellationToken ct)
    {
        var items = rows.SelectMany(row => new[] { row.SealedName, row.SealedHandle }).ToArray();
        var opened = await sealer.OpenTextsAsync(company, items, ct);
        return opened.TryGet(out var texts, out var refusal)
            ? rows.Select((row, index) => new PersonEntry
            {
                Id = row.Id, Name = texts[index * 2], Handle = texts[(index * 2) + 1], Role = row.Role, State = row.State,
            }).ToArray()
            : IdentityRefusals.Of(refusal);
    }

    public async ValueTask<PersonId> FindStrangerAsync(CompanyId company, IReadOnlyCollection<PersonId> people, CancellationToken ct)
    {
        try
        {
            return await store.ReadAsync(
                session => people.FirstOrDefault(person => !PersonTable.Exists(session, company, person)), ct);
        }
        catch (StoreUnavailableException)
        {
            return people.FirstOrDefault();
        }
    }
}
