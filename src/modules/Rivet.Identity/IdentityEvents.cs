using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity;

/// <summary>The security events of Identity; each is recorded in the transaction of its fact.</summary>
internal sealed class IdentityEvents(TimeProvider time)
{
    public const string CompanyFounded = "identity.company.founded";
    public const string CompanyChanged = "identity.company.changed";
    public const string PersonJoined = "identity.person.joined";
    public const string InvitationCreated = "identity.invitation.created";
    public const string InvitationUsed = "identity.invitation.used";
    public const string InvitationRefused = "identity.invitation.refused";
    public const string DeviceEnrolled = "identity.device.enrolled";
    public const string DeviceSignedIn = "identity.device.signed-in";
    public const string DeviceSignedOut = "identity.device.signed-out";
    public const string DeviceRefused = "identity.device.refused";
    public const string LinkAttacked = "identity.link.attacked";
    public const string PageOpened = "identity.page.opened";
    public const string PageClosed = "identity.page.closed";
    public const string PageRefused = "identity.page.refused";
    public const string RecoveryInvited = "identity.recovery.administrator-invited";
    public const string RoleChanged = "identity.person.role-changed";
    public const string PeopleImported = "identity.people.imported";

    public void Success(WriteTransaction transaction, string kind, Subject actor, Resource target, params ReadOnlySpan<(string, string)> details)
        => Record(transaction, kind, actor, target, EventOutcome.Success, details);

    public void Failure(WriteTransaction transaction, string kind, Subject actor, Resource target, params ReadOnlySpan<(string, string)> details)
        => Record(transaction, kind, actor, target, EventOutcome.Failure, details);

    private void Record(
        WriteTransaction transaction, string kind, Subject actor, Resource target, EventOutcome outcome, ReadOnlySpan<(string Name, string Value)> details)
    {
        var facts = new Dictionary<string, string>();
        foreach (var (name, value) in details)
        {
            facts[name] = value;
        }

        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = actor,
            Target = target,
            Outcome = outcome,
            Details = facts,
        });
    }
}
