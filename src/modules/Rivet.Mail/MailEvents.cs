using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>The security events of Mail. None holds an address or a text.</summary>
internal sealed class MailEvents(TimeProvider time)
{
    public static readonly EventKind Changed = new("mail.settings.changed", OcsfType.EntityUpdated, EventSeverity.Low);
    public static readonly EventKind Removed = new("mail.settings.removed", OcsfType.EntityDeleted, EventSeverity.Low);

    public void Record(WriteTransaction transaction, EventKind kind, Permit permit)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = permit.Subject,
            Target = permit.Question.Resource,
            Outcome = EventOutcome.Success,
        });
}
