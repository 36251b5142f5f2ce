using System.Globalization;

namespace Rivet.Mail;

/// <summary>How far a message came, in the order of an SMTP conversation.</summary>
internal enum MailStep
{
    /// <summary>The server's name leads to no address, or to one that no mail server has.</summary>
    Find = 1,

    /// <summary>Nobody answers there.</summary>
    Connect = 2,

    /// <summary>The connection could not be protected.</summary>
    Protect = 3,

    /// <summary>The server's certificate is not trusted.</summary>
    Trust = 4,

    /// <summary>User or password was refused.</summary>
    SignIn = 5,

    /// <summary>The sender's address was refused.</summary>
    Sender = 6,

    /// <summary>The recipient's address was refused.</summary>
    Recipient = 7,

    /// <summary>The message itself was refused.</summary>
    Message = 8,

    /// <summary>The server has it.</summary>
    Sent = 9,
}

/// <summary>What became of a message.</summary>
/// <param name="Step">Where it stopped, or <see cref="MailStep.Sent"/>.</param>
/// <param name="IsFinal">Whether trying again later is useless.</param>
/// <param name="Reply">The server's reply, one cleaned line of 200 characters at most; may be empty. Not for logs.</param>
internal readonly record struct MailOutcome(MailStep Step, bool IsFinal, string Reply)
{
    private const int LongestReply = 200;

    public static MailOutcome Sent { get; } = new(MailStep.Sent, IsFinal: true, "");

    public static MailOutcome Stopped(MailStep step, bool isFinal, string reply = "")
        => new(step, isFinal, new string([.. reply.Take(LongestReply).Select(character => IsPlain(character) ? character : ' ')]).Trim());

    /// <summary>Whether it was the server, or the way to it, and not this one message: the next message would stop at the same place.</summary>
    public bool IsServers => !IsFinal && Step is not (MailStep.Recipient or MailStep.Sent);

    /// <summary>Neither ends a line nor turns the direction of a text.</summary>
    private static bool IsPlain(char character) => char.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);
}
