using System.Collections.Concurrent;
using Rivet.Kernel;

namespace Rivet.Messaging.Tests;

internal sealed class TestPeople : IPeople
{
    private readonly ConcurrentDictionary<PersonId, CompanyId> all = new();

    public void Add(CompanyId company, PersonId person) => all[person] = company;

    public ValueTask<PersonId> FindStrangerAsync(CompanyId company, IReadOnlyCollection<PersonId> people, CancellationToken ct)
        => new(people.FirstOrDefault(person => !all.TryGetValue(person, out var home) || home != company));
}
