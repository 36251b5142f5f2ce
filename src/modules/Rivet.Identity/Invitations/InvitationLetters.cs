using System.Globalization;
using System.Resources;
using Rivet.Identity.Companies;
using Rivet.Identity.Pages;
using Rivet.Identity.People;
using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Mail;
using Rivet.Storage;

namespace Rivet.Identity.Invitations;

/// <summary>Writes invitations to people's mail addresses, in the language of the house. The address is in no event and no log.</summary>
internal sealed class InvitationLetters(IPostOffice office, IStore store, Sealer sealer)
{
    private static readonly ResourceManager Texts = new(typeof(IdentityText).FullName!, typeof(IdentityText).Assembly);

    /// <summary>Whether the company can send them.</summary>
    public ValueTask<bool> IsPossibleAsync(CompanyId company, CancellationToken ct) => office.IsOpenAsync(company, ct);

    /// <summary>A letter ready to be handed over in the invitation's own transaction.</summary>
    public async ValueTask<Result<SealedLetter, IdentityRefusal>> WriteAsync(Permit permit, string address, Invitation invitation, CancellationToken ct)
    {
        if (!office.IsAddress(address))
        {
            return IdentityRefusal.InvalidAddress;
        }

        if (!await office.IsOpenAsync(permit.Company, ct))
        {
            return IdentityRefusal.NoMail;
        }

        var (inviter, company, language) = await store.ReadAsync(
            session => (
                PersonTable.Find(session, permit.Company, permit.Subject.Person), CompanyTable.FindName(session, permit.Company)!,
                CompanyTable.FindLanguage(session, permit.Company)!),
            ct);
        if (inviter is null)
        {
            return IdentityRefusal.NoSuchPerson;
        }

        var opened = await sealer.OpenTextsAsync(permit.Company, new[] { inviter.SealedName, new Sealed(Slot.CompanyName(permit.Company), company) }, ct);
        if (!opened.TryGet(out var names, out var refusal))
        {
            return IdentityRefusals.Of(refusal);
        }

        var culture = CultureInfo.GetCultureInfo(language);
        string Say(string key, params object[] values) => string.Format(culture, Texts.GetString(key, culture)!, values);
        var link = invitation.Link;
        var text = Say(
            "LetterText", names[0], names[1], new UriBuilder(Uri.UriSchemeHttps, link.Host, link.Port, "/chat").Uri, link.Reveal(),
            invitation.ExpiresAt.UtcDateTime.ToString("f", culture));
        return await office.SealAsync(permit.Company, address, Cut(Say("LetterSubject", names[1])), text, ct) is { } letter
            ? letter
            : IdentityRefusal.Unavailable;
    }

    private static string Cut(string subject) => subject.Length <= 200 ? subject : subject[..200];
}
