using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>The security events of Mail. None holds an address or a text.</summary>
internal sealed class MailEvents(TimeProvider time)
{
    public const string Changed = "mail.settings.changed";
    public const string Removed = "mail.settings.removed";

    public void Record(WriteTransaction transaction, string kind, Permit permit)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = permit.Subject,
            Target = permit.Question.Resource,
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string>(),
        });
}
