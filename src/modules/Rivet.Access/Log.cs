using Microsoft.Extensions.Logging;

namespace Rivet.Access;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "An access question was refused because the store cannot be read")]
    public static partial void Unavailable(ILogger logger, Exception exception);
}
