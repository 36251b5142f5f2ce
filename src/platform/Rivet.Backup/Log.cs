using Microsoft.Extensions.Logging;

namespace Rivet.Backup;

internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Information, "{Count} epochs of backup keys have ended and were destroyed")]
    public static partial void EpochsDestroyed(ILogger logger, int count);

    [LoggerMessage(1102, LogLevel.Warning, "No backup was made for long: the newest can be restored until {Ends} and not after. Run: rivet backup run")]
    public static partial void RunIsDue(ILogger logger, DateTimeOffset ends);

    [LoggerMessage(1103, LogLevel.Error, "Ended epochs of backup keys cannot be destroyed; it will be tried again. Destroyed keys stay in backups until then")]
    public static partial void CannotExpire(ILogger logger, Exception exception);

    [LoggerMessage(1104, LogLevel.Debug, "The epoch keeper stopped")]
    public static partial void KeeperStopped(ILogger logger);
}
