using Rivet.Access;
using Rivet.Identity.Companies;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Invitations;

/// <summary>What using an invitation will do to companies and people; the device comes on top.</summary>
internal sealed record Admission
{
    public required CompanyId Company { get; init; }

    public required PersonId Person { get; init; }

    /// <summary>Asked inside the transaction: what was prepared still fits.</summary>
    public required Func<ReadSession, bool> StillHolds { get; init; }

    /// <summary>Stores it.</summary>
    public required Action<WriteTransaction, Subject> Write { get; init; }
}

/// <summary>Prepares what an invitation admits to: a new company, a new person, or a known person.</summary>
internal sealed class Admissions(
    IStore store, CompanyFoundation foundation, PersonDrafts drafts, IndexKeys keys, Sealer sealer, IRelations relations, IdentityEvents events, TimeProvider time)
{
    public ValueTask<Result<Admission, IdentityRefusal>> PrepareAsync(InvitationRow invitation, Join join, CancellationToken ct)
        => invitation.Kind switch
        {
            InvitationKind.Founder => FoundAsync(join, ct),
            InvitationKind.Person => AddPersonAsync(invitation, join, ct),
            InvitationKind.Device => AddDeviceAsync(invitation, ct),
            InvitationKind.Recovery => invitation.Person == default ? AddPersonAsync(invitation, join, ct) : AddDeviceAsync(invitation, ct),
            _ => throw new InvalidOperationException($"An invitation of kind {invitation.Kind} is stored."),
        };

    private async ValueTask<Result<Admission, IdentityRefusal>> FoundAsync(Join join, CancellationToken ct)
    {
        if (!DisplayName.TryParse(join.CompanyName, out var companyName) || !DisplayName.TryParse(join.PersonName, out var personName))
        {
            return IdentityRefusal.InvalidName;
        }

        var drafted = await foundation.DraftAsync(companyName, personName, language: "en", ct);
        return drafted.TryGet(out var draft, out var refusal)
            ? new Admission
            {
                Company = draft.Company.Id,
                Person = draft.Administrator.Id,
                StillHolds = _ => true,
                Write = (transaction, actor) => foundation.Write(transaction, draft, actor),
            }
            : refusal;
    }

    private async ValueTask<Result<Admission, IdentityRefusal>> AddPersonAsync(InvitationRow invitation, Join join, CancellationToken ct)
    {
        var named = await NameAsync(invitation, join, ct);
        if (!named.TryGet(out var name, out var invalid))
        {
            return invalid;
        }

        var found = await keys.GetAsync(invitation.Company, ct);
        if (!found.TryGet(out var key, out var unavailable))
        {
            return unavailable;
        }

        var drafted = await drafts.DraftAsync(invitation.Company, key, [NewPerson.Joining(name, invitation.Role)], ct);
        if (!drafted.TryGet(out var people, out var refusal))
        {
            return refusal;
        }

        var person = people[0];
        return new Admission
        {
            Company = person.Company,
            Person = person.Id,
            StillHolds = session => PersonDrafts.IsStillFree(session, person),
            Write = (transaction, actor) =>
            {
                PersonTable.Insert(transaction, person, time.GetUtcNow().ToUnixTimeMilliseconds());
                Join(transaction, actor, person.Role);
            },
        };
    }

    private async ValueTask<Result<Admission, IdentityRefusal>> AddDeviceAsync(InvitationRow invitation, CancellationToken ct)
    {
        var person = await store.ReadAsync(session => PersonTable.Find(session, invitation.Company, invitation.Person), ct);
        if (person is null || person.State is not (PersonState.Active or PersonState.Imported))
        {
            return person is null ? IdentityRefusal.NoSuchPerson : IdentityRefusal.Suspended;
        }

        return new Admission
        {
            Company = person.Company,
            Person = person.Id,
            StillHolds = session => PersonTable.Find(session, person.Company, person.Id) is { } now && (now.State, now.Role) == (person.State, person.Role),
            Write = (transaction, actor) =>
            {
                if (person.State == PersonState.Imported)
                {
                    PersonTable.Activate(transaction, person.Id, invitation.Role);
                    Join(transaction, actor, invitation.Role);
                }
                else if (invitation.Kind == InvitationKind.Recovery && person.Role != invitation.Role)
                {
                    PersonTable.Activate(transaction, person.Id, invitation.Role);
                    relations.Change(transaction, person.Company, person.Id, person.Role, invitation.Role);
                    events.Success(
                        transaction, IdentityEvents.RoleChanged, actor, Resource.Of(person.Id, person.Company),
                        ("from", person.Role.ToString().ToLowerInvariant()), ("to", invitation.Role.ToString().ToLowerInvariant()));
                }
            },
        };
    }

    private async ValueTask<Result<DisplayName, IdentityRefusal>> NameAsync(InvitationRow invitation, Join join, CancellationToken ct)
    {
        var text = join.PersonName;
        if (invitation.SealedName is { } given)
        {
            var opened = await sealer.OpenTextsAsync(invitation.Company, new[] { given }, ct);
            if (!opened.TryGet(out var texts, out var refusal))
            {
                return IdentityRefusals.Of(refusal);
            }

            text = texts[0];
        }

        return DisplayName.TryParse(text, out var name) ? name : IdentityRefusal.InvalidName;
    }

    private void Join(WriteTransaction transaction, Subject actor, Role role)
    {
        relations.Grant(transaction, actor.Company, actor.Person, role);
        events.Success(
            transaction, IdentityEvents.PersonJoined, actor, Resource.Of(actor.Person, actor.Company), ("role", role.ToString().ToLowerInvariant()));
    }
}
