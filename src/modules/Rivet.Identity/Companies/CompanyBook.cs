using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.UiKit;

namespace Rivet.Identity.Companies;

/// <summary>What a company is called, and the language it speaks to whoever asks for none.</summary>
internal sealed record CompanyCard(string Name, string Language);

/// <summary>Reads and changes a company for its administrators, and tells pages the language of the house.</summary>
internal sealed class CompanyBook(IStore store, Sealer sealer, IdentityEvents events) : IHouseLanguage
{
    private volatile string? house;

    /// <summary>Remembered until it is changed here; a page is never refused because of it.</summary>
    public async ValueTask<string?> ReadAsync(CancellationToken ct)
    {
        try
        {
            return house ??= await store.ReadAsync(CompanyTable.FindHouseLanguage, ct);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    public async ValueTask<Result<CompanyCard, IdentityRefusal>> ReadAsync(Permit permit, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.CompanyChange);
        var (name, language) = await store.ReadAsync(
            session => (CompanyTable.FindName(session, permit.Company)!, CompanyTable.FindLanguage(session, permit.Company)!), ct);
        var opened = await sealer.OpenTextsAsync(permit.Company, new[] { new Sealed(Slot.CompanyName(permit.Company), name) }, ct);
        return opened.TryGet(out var texts, out var refusal) ? new CompanyCard(texts[0], language) : IdentityRefusals.Of(refusal);
    }

    /// <summary>Changes what is given; null stays.</summary>
    public async ValueTask<Result<Done, IdentityRefusal>> ChangeAsync(Permit permit, string? name, string? language, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.CompanyChange);
        DisplayName? parsed = null;
        if (name is not null && !DisplayName.TryParse(name, out parsed))
        {
            return IdentityRefusal.InvalidName;
        }

        if (language is not null && Languages.All.All(known => known.Code != language))
        {
            return IdentityRefusal.OutOfBounds;
        }

        byte[]? sealedName = null;
        if (name is not null)
        {
            var clear = new Clear(Slot.CompanyName(permit.Company), parsed!.Value);
            if (!(await sealer.SealAsync(permit.Company, new[] { clear }, ct)).TryGet(out var texts, out var refusal))
            {
                return IdentityRefusals.Of(refusal);
            }

            sealedName = texts[0];
        }

        await store.WriteAsync(
            transaction =>
            {
                CompanyTable.Change(
                    transaction, permit.Company, sealedName ?? CompanyTable.FindName(transaction, permit.Company)!,
                    language ?? CompanyTable.FindLanguage(transaction, permit.Company)!);
                events.Success(transaction, IdentityEvents.CompanyChanged, permit.Subject, permit.Question.Resource);
                transaction.AfterCommit(() => house = null);
                return true;
            },
            ct);
        return Done.Value;
    }
}
