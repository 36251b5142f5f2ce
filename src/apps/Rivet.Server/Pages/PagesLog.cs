namespace Rivet.Server.Pages;

internal static partial class PagesLog
{
    [LoggerMessage(9001, LogLevel.Error, "The status of {Part} could not be read.")]
    public static partial void StatusUnreadable(ILogger logger, string part, Exception exception);
}
