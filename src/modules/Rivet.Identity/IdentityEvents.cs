using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity;

/// <summary>The security events of Identity; each is recorded in the transaction of its fact.</summary>
internal sealed class IdentityEvents(TimeProvider time)
{
    private static readonly string[] Refusal = ["cause", "key", "remote"];

    public static readonly EventKind CompanyFounded = new("identity.company.founded", OcsfType.EntityCreated, EventSeverity.Informational);
    public static readonly EventKind CompanyChanged = new("identity.company.changed", OcsfType.EntityUpdated, EventSeverity.Informational);
    public static readonly EventKind PersonJoined = new("identity.person.joined", OcsfType.AccountCreated, EventSeverity.Informational, "role");
    public static readonly EventKind InvitationCreated = new("identity.invitation.created", OcsfType.EntityCreated, EventSeverity.Informational, "invitation", "for", "role", "mailed");
    public static readonly EventKind InvitationUsed = new("identity.invitation.used", OcsfType.EntityUpdated, EventSeverity.Informational, "invitation");
    public static readonly EventKind InvitationRefused = new("identity.invitation.refused", OcsfType.Logon, EventSeverity.Medium, Refusal);
    public static readonly EventKind DeviceEnrolled = new("identity.device.enrolled", OcsfType.EntityCreated, EventSeverity.Low);
    public static readonly EventKind DeviceSignedIn = new("identity.device.signed-in", OcsfType.Logon, EventSeverity.Informational, "remote", "binding");
    public static readonly EventKind DeviceSignedOut = new("identity.device.signed-out", OcsfType.Logoff, EventSeverity.Low, "pages");
    public static readonly EventKind DeviceRefused = new("identity.device.refused", OcsfType.Logon, EventSeverity.Medium, Refusal);
    public static readonly EventKind LinkAttacked = new("identity.link.attacked", OcsfType.FindingCreated, EventSeverity.High, Refusal);
    public static readonly EventKind PageOpened = new("identity.page.opened", OcsfType.Logon, EventSeverity.Informational, "by", "device");
    public static readonly EventKind PageClosed = new("identity.page.closed", OcsfType.Logoff, EventSeverity.Informational, "cause");
    public static readonly EventKind PageRefused = new("identity.page.refused", OcsfType.Logon, EventSeverity.Medium);
    public static readonly EventKind RecoveryInvited = new("identity.recovery.administrator-invited", OcsfType.AccountRecovered, EventSeverity.High, "invitation", "for", "expires");
    public static readonly EventKind RoleChanged = new("identity.person.role-changed", OcsfType.PrivilegesAssigned, EventSeverity.Medium, "from", "to");
    public static readonly EventKind PeopleImported = new("identity.people.imported", OcsfType.AccountCreated, EventSeverity.Low, "count");

    public void Success(WriteTransaction transaction, EventKind kind, Subject actor, Resource target, params ReadOnlySpan<(string, string)> details)
        => Record(transaction, kind, actor, target, default, EventOutcome.Success, details);

    /// <summary>With whom it concerns beside the actor.</summary>
    public void Success(WriteTransaction transaction, EventKind kind, Subject actor, Resource target, PersonId concerned, params ReadOnlySpan<(string, string)> details)
        => Record(transaction, kind, actor, target, concerned, EventOutcome.Success, details);

    public void Failure(WriteTransaction transaction, EventKind kind, Subject actor, Resource target, params ReadOnlySpan<(string, string)> details)
        => Record(transaction, kind, actor, target, default, EventOutcome.Failure, details);

    private void Record(
        WriteTransaction transaction, EventKind kind, Subject actor, Resource target, PersonId concerned, EventOutcome outcome, ReadOnlySpan<(string Name, string Value)> details)
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
            Concerned = concerned,
            Outcome = outcome,
            Details = facts,
        });
    }
}
