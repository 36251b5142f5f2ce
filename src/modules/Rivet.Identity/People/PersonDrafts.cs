using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.People;

/// <summary>A person to be added.</summary>
internal sealed record NewPerson(DisplayName Name, string WantedHandle, Role Role, PersonState State, byte[]? ExternalIndex = null)
{
    public static NewPerson Joining(DisplayName name, Role role) => new(name, name.Value, role, PersonState.Active);
}

/// <summary>
/// Prepares people for the store: gives each a free handle and seals what is readable. The handle is free when it is
/// chosen; <see cref="IsStillFree"/> asks again inside the transaction.
/// </summary>
internal sealed class PersonDrafts(IStore store, Sealer sealer, TimeProvider time)
{
    public async ValueTask<Result<PersonRow[], IdentityRefusal>> DraftAsync(
        CompanyId company, IndexKey key, IReadOnlyList<NewPerson> people, CancellationToken ct)
    {
        var handles = await store.ReadAsync(session => ChooseHandles(session, company, key, people), ct);
        var ids = people.Select(_ => EntityId.New<PersonId>(time)).ToArray();
        var clear = new Clear[people.Count * 2];
        for (var index = 0; index < people.Count; index++)
        {
            clear[index * 2] = new Clear(Slot.PersonName(ids[index]), people[index].Name.Value);
            clear[(index * 2) + 1] = new Clear(Slot.Handle(ids[index]), handles[index].Value);
        }

        var answer = await sealer.SealAsync(company, clear, ct);
        return answer.TryGet(out var texts, out var refusal)
            ? people.Select((person, index) => new PersonRow
            {
                Id = ids[index],
                Company = company,
                Name = texts[index * 2],
                Handle = texts[(index * 2) + 1],
                HandleIndex = key.OfHandle(handles[index].Value),
                ExternalIndex = person.ExternalIndex,
                Role = person.Role,
                State = person.State,
            }).ToArray()
            : IdentityRefusals.Of(refusal);
    }

    /// <summary>Whether nobody took the handle since it was chosen.</summary>
    public static bool IsStillFree(ReadSession session, PersonRow person)
        => !PersonTable.IsHandleTaken(session, person.Company, person.HandleIndex);

    private static Handle[] ChooseHandles(ReadSession session, CompanyId company, IndexKey key, IReadOnlyList<NewPerson> people)
    {
        var numbers = new Dictionary<Handle, int>();
        var chosen = new HashSet<Handle>();
        return [.. people.Select(person =>
        {
            var wanted = Handle.From(person.WantedHandle);
            for (var number = numbers.GetValueOrDefault(wanted) + 1; ; number++)
            {
                var handle = wanted.Numbered(number);
                if (!PersonTable.IsHandleTaken(session, company, key.OfHandle(handle.Value)) && chosen.Add(handle))
                {
                    numbers[wanted] = number;
                    return handle;
                }
            }
        })];
    }
}
