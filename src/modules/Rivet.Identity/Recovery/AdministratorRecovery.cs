using System.Globalization;
using Rivet.Identity.Companies;
using Rivet.Identity.Invitations;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Recovery;

/// <inheritdoc/>
internal sealed class AdministratorRecovery(
    IStore store, Sealer sealer, IndexKeys keys, PeopleList people, InvitationLinks links, IdentityEvents events, TimeProvider time)
    : IAdministratorRecovery
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public async Task<Result<RecoveryInvitation, RecoveryRefusal>> InviteAsync(string person, bool isNew, CancellationToken ct)
    {
        if (await store.ReadAsync(CompanyTable.Some, ct) is not [var company])
        {
            return RecoveryRefusal.NoCompany;
        }

        var draft = new InvitationDraft(InvitationCode.Create(), new InvitationRow
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Kind = InvitationKind.Recovery,
            Company = company,
            Role = Role.Administrator,
            ExpiresMs = (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds(),
        });
        var prepared = isNew ? await ForNewAsync(draft, person, ct) : await ForKnownAsync(draft, person, ct);
        if (!prepared.TryGet(out var wanted, out var refusal))
        {
            return refusal;
        }

        var target = await links.PrepareAsync(ct);
        await store.WriteAsync(transaction => Write(transaction, wanted.Draft), ct);
        return new RecoveryInvitation(wanted.Draft.Reveal(target), wanted.Name, wanted.Handle);
    }

    private async ValueTask<Result<Wanted, RecoveryRefusal>> ForNewAsync(InvitationDraft draft, string typed, CancellationToken ct)
    {
        if (!DisplayName.TryParse(typed, out var name))
        {
            return RecoveryRefusal.InvalidName;
        }

        var answer = await sealer.SealAsync(draft.Row.Company, new[] { new Clear(Slot.InvitedName(draft.Row.Id), name.Value) }, ct);
        return answer.TryGet(out var texts, out _)
            ? new Wanted(draft with { Row = draft.Row with { Name = texts[0] } }, name.Value, null)
            : RecoveryRefusal.Unavailable;
    }

    private async ValueTask<Result<Wanted, RecoveryRefusal>> ForKnownAsync(InvitationDraft draft, string typed, CancellationToken ct)
    {
        var found = await FindAsync(draft.Row.Company, typed.Trim(), ct);
        if (!found.TryGet(out var person, out var refusal))
        {
            return refusal;
        }

        return person.State is PersonState.Active or PersonState.Imported
            ? new Wanted(draft with { Row = draft.Row with { Person = person.Id } }, person.Name, person.Handle)
            : RecoveryRefusal.Suspended;
    }

    /// <summary>By handle, which is one person's, or else by name. Names are sealed, so all are opened.</summary>
    private async ValueTask<Result<PersonEntry, RecoveryRefusal>> FindAsync(CompanyId company, string typed, CancellationToken ct)
    {
        if (!(await keys.GetAsync(company, ct)).TryGet(out var key, out _))
        {
            return RecoveryRefusal.Unavailable;
        }

        var handle = typed.TrimStart('@').ToLowerInvariant();
        if (await store.ReadAsync(session => PersonTable.FindByHandle(session, company, key.OfHandle(handle)), ct) is { } row)
        {
            var described = await people.DescribeAsync(company, [row], ct);
            return described.TryGet(out var one, out _) ? one[0] : RecoveryRefusal.Unavailable;
        }

        if (!DisplayName.TryParse(typed, out var name))
        {
            return RecoveryRefusal.InvalidName;
        }

        var found = new List<PersonEntry>();
        var after = default(PersonId);
        while (await store.ReadAsync(session => PersonTable.List(session, company, after, AtOnce), ct) is { Count: > 0 } rows)
        {
            if (!(await people.DescribeAsync(company, [.. rows], ct)).TryGet(out var entries, out _))
            {
                return RecoveryRefusal.Unavailable;
            }

            found.AddRange(entries.Where(entry => string.Equals(entry.Name, name.Value, StringComparison.OrdinalIgnoreCase)));
            after = rows[^1].Id;
        }

        return found switch
        {
            [var one] => one,
            [] => RecoveryRefusal.NobodySo,
            _ => RecoveryRefusal.SeveralSo,
        };
    }

    private Done Write(WriteTransaction transaction, InvitationDraft draft)
    {
        var row = draft.Row;
        InvitationTable.VoidRecoveries(transaction, row.Company);
        InvitationTable.Insert(transaction, draft.Code, row, time.GetUtcNow().ToUnixTimeMilliseconds());
        events.Success(
            transaction, IdentityEvents.RecoveryInvited, Subject.OfSystem(row.Company),
            row.Person == default ? Resource.Of(row.Company) : Resource.Of(row.Person, row.Company),
            ("invitation", row.Id.ToString("N")),
            ("for", row.Person == default ? "new" : "known"),
            ("expires", row.ExpiresMs.ToString(CultureInfo.InvariantCulture)));
        return Done.Value;
    }

    private sealed record Wanted(InvitationDraft Draft, string Name, string? Handle);
}
