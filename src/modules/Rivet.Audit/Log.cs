using Microsoft.Extensions.Logging;

namespace Rivet.Audit;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Critical, "The log of {Name} does not hold at entry {Index}: {Kind}")]
    public static partial void Broken(ILogger logger, string name, long index, LogFaultKind kind);

    [LoggerMessage(4002, LogLevel.Error, "Outbox row {Position} holds no readable security event; that it was there is recorded")]
    public static partial void Unreadable(ILogger logger, long position, Exception exception);

    [LoggerMessage(4003, LogLevel.Warning, "The security log cannot be read now")]
    public static partial void ReadFailed(ILogger logger, Exception exception);

    [LoggerMessage(4010, LogLevel.Warning, "A page of the security log could not be shown ({Id}): {Refusal}")]
    public static partial void PageFailed(ILogger logger, string id, AuditRefusal refusal);
}
