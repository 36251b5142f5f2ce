using Microsoft.Extensions.Logging;

namespace Rivet.Messaging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "What the companies' retention ends cannot be ended now: the store cannot be written. The next try is in an hour.")]
    public static partial void RetentionLater(ILogger logger, Exception exception);
}
