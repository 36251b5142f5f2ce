using System.Globalization;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Imports;

/// <summary>Who the people of a batch are here, in its order, and how many of them are new.</summary>
internal sealed record ImportedPeople(PersonId[] People, int Added);

/// <summary>
/// Adds the people of an archive, once for each source and external id: a second run finds them. Their names are
/// cleaned rather than refused, since nobody can correct an archive.
/// </summary>
internal sealed class PeopleImport(IStore store, IndexKeys keys, PersonDrafts drafts, IdentityEvents events, TimeProvider time)
{
    public const int MaxPeople = 500;
    private const int MaxSource = 100;
    private const int MaxExternalId = 200;
    private const int MaxName = 4096;
    private const int Retries = 5;

    public async Task<Result<ImportedPeople, IdentityRefusal>> ImportAsync(Permit permit, ImportPeopleRequest request, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.PeopleImport);
        if (!IsWithinBounds(request))
        {
            return IdentityRefusal.OutOfBounds;
        }

        var found = await keys.GetAsync(permit.Company, ct);
        if (!found.TryGet(out var key, out var unavailable))
        {
            return unavailable;
        }

        var external = request.People.Select(person => key.OfExternalId(request.Source, person.ExternalId)).ToArray();
        for (var attempt = 0; attempt < Retries; attempt++)
        {
            var missing = await FindMissingAsync(permit.Company, request, external, ct);
            var drafted = await drafts.DraftAsync(permit.Company, key, missing, ct);
            if (!drafted.TryGet(out var people, out var refusal))
            {
                return refusal;
            }

            // Another import may have been quicker with a person or a handle: then it is prepared again.
            if (await store.WriteAsync(transaction => Write(transaction, permit, people, external), ct) is { } imported)
            {
                return imported;
            }
        }

        return IdentityRefusal.Unavailable;
    }

    private ValueTask<List<NewPerson>> FindMissingAsync(
        CompanyId company, ImportPeopleRequest request, byte[][] external, CancellationToken ct)
        => store.ReadAsync(
            session => request.People
                .Zip(external)
                .DistinctBy(pair => Convert.ToHexString(pair.Second))
                .Where(pair => PersonTable.FindImported(session, company, pair.Second).Value == Guid.Empty)
                .Select(pair => Describe(pair.First, pair.Second))
                .ToList(),
            ct);

    private static NewPerson Describe(ImportedPerson person, byte[] external) => new(
        DisplayName.Clean(person.Name, otherwise: person.Handle.Length > 0 ? person.Handle : person.ExternalId),
        person.Handle.Length > 0 ? person.Handle : person.Name,
        Role.Member,
        PersonState.Imported,
        external);

    private ImportedPeople? Write(WriteTransaction transaction, Permit permit, PersonRow[] people, byte[][] external)
    {
        if (!people.All(person => PersonDrafts.IsStillFree(transaction, person)
            && PersonTable.FindImported(transaction, permit.Company, person.ExternalIndex!).Value == Guid.Empty))
        {
            return null;
        }

        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var person in people)
        {
            PersonTable.Insert(transaction, person, nowMs);
        }

        if (people.Length > 0)
        {
            events.Success(
                transaction, IdentityEvents.PeopleImported, permit.Subject, Resource.Of(permit.Company),
                ("count", people.Length.ToString(CultureInfo.InvariantCulture)));
        }

        return new ImportedPeople([.. external.Select(index => PersonTable.FindImported(transaction, permit.Company, index))], people.Length);
    }

    private static bool IsWithinBounds(ImportPeopleRequest request)
        => request.Source.Length is > 0 and <= MaxSource && request.People.Count <= MaxPeople
            && request.People.All(person => person.ExternalId.Length is > 0 and <= MaxExternalId
                && person.Name.Length <= MaxName && person.Handle.Length <= MaxName);
}
