using Microsoft.Extensions.Logging;

namespace Rivet.Storage;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "Outbox consumer {Consumer} failed and will be tried again")]
    public static partial void ConsumerFailed(ILogger logger, string consumer, Exception exception);

    [LoggerMessage(1002, LogLevel.Error, "A group of {Count} writes was not stored")]
    public static partial void GroupFailed(ILogger logger, int count, Exception exception);

    [LoggerMessage(1003, LogLevel.Error, "An action after commit failed")]
    public static partial void AfterCommitFailed(ILogger logger, Exception exception);

    [LoggerMessage(1004, LogLevel.Information, "Store {Path} is open; {Scripts} migrations were applied")]
    public static partial void Opened(ILogger logger, string path, int scripts);

    [LoggerMessage(1005, LogLevel.Warning, "The outbox could not be trimmed; it will be tried again")]
    public static partial void TrimFailed(ILogger logger, Exception exception);

    [LoggerMessage(1006, LogLevel.Warning, "A checkpoint failed; it will be tried again")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception);

    [LoggerMessage(1007, LogLevel.Warning, "The store was upgraded to {Version}: {Scripts} migrations. The store from before is kept for 30 days in {Copy}")]
    public static partial void Upgraded(ILogger logger, string version, int scripts, string copy);

    [LoggerMessage(1008, LogLevel.Information, "{Count} copies from before an upgrade were past their time and are removed")]
    public static partial void CopiesRemoved(ILogger logger, int count);

    [LoggerMessage(1009, LogLevel.Error, "Copies from before an upgrade are past their time and cannot be removed; it will be tried again")]
    public static partial void CannotRemoveCopies(ILogger logger, Exception exception);
}
