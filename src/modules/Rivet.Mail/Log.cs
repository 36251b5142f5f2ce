using Microsoft.Extensions.Logging;

namespace Rivet.Mail;

internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Warning, "Mail could not be looked after; the next round tries again.")]
    public static partial void RoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(1102, LogLevel.Warning, "Mail {Id} was given up at the step {Step}.")]
    public static partial void GivenUp(ILogger logger, Guid id, MailStep step);
}
