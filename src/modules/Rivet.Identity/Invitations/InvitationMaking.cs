using Microsoft.Extensions.Options;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Mail;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Invitations;

/// <summary>An invitation ready to be stored, with its code.</summary>
internal sealed record InvitationDraft(InvitationCode Code, InvitationRow Row)
{
    public Invitation Reveal(LinkTarget target)
        => new() { Link = target.With(Code), ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(Row.ExpiresMs) };
}

/// <inheritdoc/>
internal sealed class InvitationMaking(
    IStore store, Sealer sealer, InvitationLinks links, InvitationLetters letters, IPostOffice office, IdentityEvents events, IOptions<IdentityOptions> options, TimeProvider time)
    : IInvitations
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public async Task<Result<Invitation, IdentityRefusal>> CreateAsync(Permit permit, NewInvitation wanted, CancellationToken ct)
    {
        permit.Require(IdentityPermissions.InvitationCreate);
        ArgumentNullException.ThrowIfNull(wanted);
        var lifetime = wanted.Lifetime ?? options.Value.InvitationLifetime;
        if (lifetime < Shortest || lifetime > Longest)
        {
            return IdentityRefusal.OutOfBounds;
        }

        var prepared = permit.Question.Resource.Kind == "person"
            ? await ForPersonAsync(permit, wanted, lifetime, ct)
            : await ForNewPersonAsync(permit, wanted, lifetime, ct);
        if (!prepared.TryGet(out var draft, out var refusal))
        {
            return refusal;
        }

        var invitation = draft.Reveal(await links.PrepareAsync(ct));
        SealedLetter? letter = null;
        if (wanted.MailAddress.Length > 0 && !(await letters.WriteAsync(permit, wanted.MailAddress, invitation, ct)).TryGet(out letter, out var unsent))
        {
            return unsent;
        }

        await store.WriteAsync(
            transaction =>
            {
                Write(transaction, draft, permit.Subject, letter);
                return Done.Value;
            },
            ct);
        return invitation;
    }

    /// <summary>For a device of a person who is known.</summary>
    public InvitationDraft ForDevice(CompanyId company, PersonRow person)
        => Draft(InvitationKind.Device, company, person.Id, person.Role, options.Value.InvitationLifetime);

    public void Write(WriteTransaction transaction, InvitationDraft draft, Subject actor) => Write(transaction, draft, actor, letter: null);

    private void Write(WriteTransaction transaction, InvitationDraft draft, Subject actor, SealedLetter? letter)
    {
        if (letter is not null)
        {
            office.Enqueue(transaction, letter);
        }

        InvitationTable.Insert(transaction, draft.Code, draft.Row, time.GetUtcNow().ToUnixTimeMilliseconds());
        var target = draft.Row.Kind == InvitationKind.Device ? Resource.Of(draft.Row.Person, draft.Row.Company) : Resource.Of(draft.Row.Company);
        events.Success(
            transaction, IdentityEvents.InvitationCreated, actor, target,
            ("invitation", draft.Row.Id.ToString("N")),
            ("for", draft.Row.Kind == InvitationKind.Device ? "device" : "person"),
            ("role", draft.Row.Role.ToString().ToLowerInvariant()),
            ("mailed", letter is null ? "no" : "yes"));
    }

    private async ValueTask<Result<InvitationDraft, IdentityRefusal>> ForPersonAsync(
        Permit permit, NewInvitation wanted, TimeSpan lifetime, CancellationToken ct)
    {
        var id = new PersonId(permit.Question.Resource.Id);
        var person = await store.ReadAsync(session => PersonTable.Find(session, permit.Company, id), ct);
        return person?.State switch
        {
            null => IdentityRefusal.NoSuchPerson,
            PersonState.Active => Draft(InvitationKind.Device, permit.Company, id, person.Role, lifetime),
            PersonState.Imported when CompanyRoles.IsKnown(wanted.Role) => Draft(InvitationKind.Device, permit.Company, id, wanted.Role, lifetime),
            PersonState.Imported => IdentityRefusal.InvalidRole,
            _ => IdentityRefusal.Suspended,
        };
    }

    private async ValueTask<Result<InvitationDraft, IdentityRefusal>> ForNewPersonAsync(
        Permit permit, NewInvitation wanted, TimeSpan lifetime, CancellationToken ct)
    {
        if (!CompanyRoles.IsKnown(wanted.Role))
        {
            return IdentityRefusal.InvalidRole;
        }

        var draft = Draft(InvitationKind.Person, permit.Company, default, wanted.Role, lifetime);
        if (wanted.PersonName.Length == 0)
        {
            return draft;
        }

        if (!DisplayName.TryParse(wanted.PersonName, out var name))
        {
            return IdentityRefusal.InvalidName;
        }

        var answer = await sealer.SealAsync(permit.Company, new[] { new Clear(Slot.InvitedName(draft.Row.Id), name.Value) }, ct);
        return answer.TryGet(out var texts, out var refusal)
            ? draft with { Row = draft.Row with { Name = texts[0] } }
            : IdentityRefusals.Of(refusal);
    }

    private InvitationDraft Draft(InvitationKind kind, CompanyId company, PersonId person, Role role, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        return new InvitationDraft(InvitationCode.Create(), new InvitationRow
        {
            Id = Guid.CreateVersion7(now),
            Kind = kind,
            Company = company,
            Person = person,
            Role = role,
            ExpiresMs = (now + lifetime).ToUnixTimeMilliseconds(),
        });
    }
}
