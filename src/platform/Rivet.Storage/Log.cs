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
}
