using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>How sending goes for one company, since the settings were changed; a restart changes nothing.</summary>
/// <param name="SentMs">When its server last took a letter.</param>
/// <param name="FailingMs">Since when it takes none; null while it does.</param>
/// <param name="Step">Where the last attempt stopped, while it is failing.</param>
internal sealed record MailHealth(long? SentMs, long? FailingMs, MailStep Step)
{
    public static List<MailHealth> ReadAll(ReadSession session)
        => session.Query(
            "SELECT sent_ms, failing_ms, failing_step FROM mail_setting",
            row => new MailHealth(row.IsDBNull(0) ? null : row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.IsDBNull(2) ? default : (MailStep)row.GetInt32(2)));

    /// <summary>Keeps how an attempt went; what is about one recipient says nothing of the server.</summary>
    public static void Keep(WriteTransaction transaction, CompanyId company, MailOutcome outcome, long nowMs)
    {
        if (outcome.Step is MailStep.Sent)
        {
            transaction.Execute("UPDATE mail_setting SET sent_ms = $1, failing_ms = NULL, failing_step = NULL WHERE company = $2", nowMs, company.ToBytes());
        }
        else if (outcome.IsServers)
        {
            transaction.Execute(
                "UPDATE mail_setting SET failing_ms = coalesce(failing_ms, $1), failing_step = $2 WHERE company = $3", nowMs, (long)(int)outcome.Step, company.ToBytes());
        }
    }
}
