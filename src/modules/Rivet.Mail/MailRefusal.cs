using Rivet.Hosting.Link;
using Rivet.Wire;

namespace Rivet.Mail;

/// <summary>Why mail refuses.</summary>
internal enum MailRefusal
{
    /// <summary>Store or vault cannot answer; nothing was done.</summary>
    Unavailable = 1,

    /// <summary>A field is not of its form.</summary>
    Malformed = 2,

    /// <summary>The company sends no mail.</summary>
    NotSetUp = 3,

    /// <summary>Too many test messages in a minute.</summary>
    TooMany = 4,

    /// <summary>It would have to be recorded, and the security log does not keep up; nothing was done.</summary>
    LogBehind = 5,
}

internal static class MailRefusals
{
    public static Refusal ToWire(this MailRefusal refusal, MailField field = default) => refusal switch
    {
        MailRefusal.Malformed => Refusals.Invalid($"mail.{field.ToString().ToLowerInvariant()}", $"The field {field} is not of its form."),
        MailRefusal.NotSetUp => Refusals.NotFound("mail.not-set-up", "This company sends no mail yet."),
        MailRefusal.TooMany => Refusals.TooMany("mail.too-many-tests", "At most 5 test messages in a minute; wait a little."),
        MailRefusal.LogBehind => Refusals.LogBehind(),
        _ => Refusals.Unavailable("mail.unavailable", "Mail settings cannot be read or kept now; nothing was changed."),
    };
}
