using Microsoft.Extensions.Logging;

namespace Rivet.Audit;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Critical, "The audit chain is broken at event {Sequence}: {Kind}")]
    public static partial void Broken(ILogger logger, long sequence, ChainBreakKind kind);

    [LoggerMessage(4002, LogLevel.Error, "Outbox row {Position} holds no readable security event; that it was there is recorded")]
    public static partial void Unreadable(ILogger logger, long position, Exception exception);

    [LoggerMessage(4003, LogLevel.Warning, "The audit chain cannot be checked now")]
    public static partial void CheckFailed(ILogger logger, Exception exception);
}
