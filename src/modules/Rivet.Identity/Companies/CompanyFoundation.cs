using Rivet.Access;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Companies;

/// <summary>A company and its first administrator, sealed and ready to be stored.</summary>
internal sealed record CompanyDraft(CompanyRow Company, PersonRow Administrator);

/// <summary>Prepares and stores a company with its first administrator.</summary>
internal sealed class CompanyFoundation(PersonDrafts drafts, Sealer sealer, IRelations relations, IdentityEvents events, TimeProvider time)
{
    public async ValueTask<Result<CompanyDraft, IdentityRefusal>> DraftAsync(
        DisplayName companyName, DisplayName personName, string language, CancellationToken ct)
    {
        var company = EntityId.New<CompanyId>(time);
        var secret = IndexKey.CreateSecret();
        var answer = await sealer.SealAsync(
            company,
            new Clear[] { new(Slot.CompanyName(company), companyName.Value), new(Slot.IndexKey(company), secret) },
            ct);
        if (!answer.TryGet(out var texts, out var refusal))
        {
            return IdentityRefusals.Of(refusal);
        }

        var people = await drafts.DraftAsync(company, new IndexKey(secret), [NewPerson.Joining(personName, Role.Administrator)], ct);
        return people.TryGet(out var first, out var why)
            ? new CompanyDraft(new CompanyRow { Id = company, Name = texts[0], IndexKey = texts[1], Language = language }, first[0])
            : why;
    }

    /// <summary>Stores the company; the caller's transaction has used up the administrator code.</summary>
    public void Write(WriteTransaction transaction, CompanyDraft draft, Subject actor)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        CompanyTable.Insert(transaction, draft.Company, nowMs);
        PersonTable.Insert(transaction, draft.Administrator, nowMs);
        relations.Grant(transaction, draft.Company.Id, draft.Administrator.Id, draft.Administrator.Role);
        events.Success(transaction, IdentityEvents.CompanyFounded, actor, Resource.Of(draft.Company.Id));
        events.Success(
            transaction, IdentityEvents.PersonJoined, actor, Resource.Of(draft.Administrator.Id, draft.Company.Id), ("role", "administrator"));
    }
}
