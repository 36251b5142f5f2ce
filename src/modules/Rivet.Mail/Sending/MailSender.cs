using MimeKit;
using MimeKit.Text;

namespace Rivet.Mail;

/// <summary>A message to one person.</summary>
/// <param name="Id">Its Message-ID, before the @: the same at every attempt, so that a mail program drops a second copy.</param>
/// <param name="To">One address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text.</param>
internal sealed record Letter(Guid Id, string To, string Subject, string Text)
{
    /// <summary>Says neither whom to nor what.</summary>
    public override string ToString() => $"letter {Id:N}";
}

/// <summary>
/// Hands a message to a company's mail server, over TLS or not at all, and says how far it came. It never throws for what a server does, and
/// ends within 30 seconds.
/// </summary>
internal sealed class MailSender(TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task<MailOutcome> SendAsync(MailSettings settings, Letter letter, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var conversation = new MailConversation(settings, time);
        try
        {
            return await conversation.RunAsync(Compose(settings, letter), both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return MailOutcome.Stopped(conversation.At, isFinal: false);
        }
    }

    private MimeMessage Compose(MailSettings settings, Letter letter) => new(
        [new MailboxAddress(settings.SenderName, settings.Sender)],
        [MailboxAddress.Parse(letter.To)],
        letter.Subject,
        new TextPart(TextFormat.Plain) { Text = letter.Text })
    {
        MessageId = $"{letter.Id:N}@{settings.Sender[(settings.Sender.LastIndexOf('@') + 1)..]}",
        Date = time.GetUtcNow(),
    };
}
