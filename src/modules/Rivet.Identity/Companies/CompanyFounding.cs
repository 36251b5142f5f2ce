using System.Globalization;
using System.Net;
using Rivet.Identity.Devices;
using Rivet.Identity.Invitations;
using Rivet.Identity.PageSessions;
using Rivet.Identity.People;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.UiKit;

namespace Rivet.Identity.Companies;

/// <inheritdoc/>
internal sealed class CompanyFounding(
    IStore store, CompanyFoundation foundation, InvitationMaking invitations, PageSessionOpening pages, CodeAttempts attempts,
    InvitationLinks links, RecordedRefusals refusals, TimeProvider time)
    : ICompanyFounding
{
    public async Task<Result<Founded, IdentityRefusal>> FoundAsync(
        string code, string companyName, string personName, IPAddress? remote, CancellationToken ct)
    {
        var result = await LimitedAsync(code, companyName, personName, remote, ct);
        if (!result.TryGet(out _, out var refusal) && refusal is (IdentityRefusal.CodeRefused or IdentityRefusal.TooManyAttempts))
        {
            await refusals.RecordStrangerAsync(IdentityEvents.InvitationRefused, refusal.ToWire().Reason, identityKey: null, remote, ct);
        }

        return result;
    }

    private async Task<Result<Founded, IdentityRefusal>> LimitedAsync(
        string code, string companyName, string personName, IPAddress? remote, CancellationToken ct)
    {
        if (!attempts.TryBegin(remote))
        {
            return IdentityRefusal.TooManyAttempts;
        }

        var guessed = false;
        try
        {
            var result = await TryFoundAsync(code, companyName, personName, ct);
            guessed = !result.IsOk && result.Refusal == IdentityRefusal.CodeRefused;
            return result;
        }
        finally
        {
            if (!guessed)
            {
                attempts.GiveBack(remote);
            }
        }
    }

    private async Task<Result<Founded, IdentityRefusal>> TryFoundAsync(string typed, string companyTyped, string personTyped, CancellationToken ct)
    {
        if (!InvitationCode.TryParse(typed, out var code))
        {
            return IdentityRefusal.CodeRefused;
        }

        var found = await store.ReadAsync(session => InvitationTable.Find(session, code), ct);
        if (found is not { Kind: InvitationKind.Founder } || !found.IsOpenAt(NowMs))
        {
            return IdentityRefusal.CodeRefused;
        }

        if (!DisplayName.TryParse(companyTyped, out var companyName) || !DisplayName.TryParse(personTyped, out var personName))
        {
            return IdentityRefusal.InvalidName;
        }

        var drafted = await foundation.DraftAsync(companyName, personName, Languages.Of(CultureInfo.CurrentUICulture), ct);
        if (!drafted.TryGet(out var draft, out var refusal))
        {
            return refusal;
        }

        var link = await links.PrepareAsync(ct);
        var invitation = invitations.ForDevice(draft.Company.Id, draft.Administrator);
        var page = pages.Prepare(draft.Company.Id, draft.Administrator.Id, device: default);
        var won = await store.WriteAsync(
            transaction =>
            {
                if (!InvitationTable.TryUse(transaction, code, device: default, NowMs))
                {
                    return false;
                }

                foundation.Write(transaction, draft, page.Subject);
                invitations.Write(transaction, invitation, page.Subject);
                pages.Write(transaction, page);
                return true;
            },
            ct);
        return won
            ? new Founded
            {
                Company = draft.Company.Id,
                Person = draft.Administrator.Id,
                Session = page.Token,
                Invitation = invitation.Reveal(link),
            }
            : IdentityRefusal.CodeRefused;
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();
}
