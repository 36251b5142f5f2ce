using Microsoft.Extensions.Logging;
using Rivet.Audit.Boards;
using Rivet.Vault;

namespace Rivet.Audit;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Critical, "The log of {Name} does not hold at entry {Index}: {Kind}")]
    public static partial void Broken(ILogger logger, string name, long index, LogFaultKind kind);

    [LoggerMessage(4002, LogLevel.Error, "Outbox row {Position} holds no readable security event; that it was there is recorded")]
    public static partial void Unreadable(ILogger logger, long position, Exception exception);

    [LoggerMessage(4003, LogLevel.Warning, "The security log cannot be read now")]
    public static partial void ReadFailed(ILogger logger, Exception exception);

    [LoggerMessage(4004, LogLevel.Warning, "The log of {Name} waits, since its key is not given: {Why}. Events are set aside")]
    public static partial void Waits(ILogger logger, string name, VaultRefusal why);

    [LoggerMessage(4005, LogLevel.Warning, "The key of {Name} was destroyed: its log has ended, and what is recorded of it goes to the platform's log")]
    public static partial void Ended(ILogger logger, string name);

    [LoggerMessage(4006, LogLevel.Information, "The log of {Name} goes on; {Waited} events had waited")]
    public static partial void Resumed(ILogger logger, string name, long waited);

    [LoggerMessage(4007, LogLevel.Warning, "Events that wait for the key of {Name} cannot be looked after now; the next round tries again")]
    public static partial void AsideFailed(ILogger logger, string name, Exception exception);

    [LoggerMessage(4010, LogLevel.Warning, "A page of the security log could not be shown ({Id}): {Refusal}")]
    public static partial void PageFailed(ILogger logger, string id, AuditRefusal refusal);

    [LoggerMessage(4011, LogLevel.Warning, "The dashboard of the security log could not be shown ({Id}): {Refusal}")]
    public static partial void BoardFailed(ILogger logger, string id, BoardRefusal refusal);

    [LoggerMessage(4020, LogLevel.Warning, "Exports could not be looked after; the next round tries again")]
    public static partial void ExportRoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(4021, LogLevel.Warning, "An export of {Name} stopped at {Step}; it is tried again")]
    public static partial void ExportStopped(ILogger logger, string name, ExportStep step);

    [LoggerMessage(4040, LogLevel.Warning, "The witness {Witness} did not cosign the log of {Name}: {Why}")]
    public static partial void NotCosigned(ILogger logger, string witness, string name, AuditWitnessFailure why);

    [LoggerMessage(4041, LogLevel.Critical, "The witness {Witness} has seen {Seen} entries of the log of {Name}, which are not those {Size} it has now")]
    public static partial void Disagrees(ILogger logger, string witness, string name, long seen, long size);

    [LoggerMessage(4042, LogLevel.Warning, "The witnesses cannot be asked now")]
    public static partial void WitnessesFailed(ILogger logger, Exception exception);

    [LoggerMessage(4050, LogLevel.Warning, "Columns of the security log cannot be made now; the next round tries again")]
    public static partial void ColumnsWait(ILogger logger, Exception exception);

    [LoggerMessage(4051, LogLevel.Warning, "Columns of the log of {Name} cannot be read (segment {Segment}); they are made again of the entries")]
    public static partial void ColumnsDamaged(ILogger logger, string name, long segment, Exception exception);

    [LoggerMessage(4060, LogLevel.Warning, "The clock is in doubt for the log of {Name}: {Hours} hours from where it was seen last; nothing is destroyed meanwhile")]
    public static partial void ClockDoubted(ILogger logger, string name, long hours);

    [LoggerMessage(4061, LogLevel.Warning, "What is over by retention could not be destroyed in the log of {Name}; the next round tries again")]
    public static partial void KeepingFailed(ILogger logger, string name, Exception? exception);

    [LoggerMessage(4062, LogLevel.Information, "By retention of the log of {Name}, {Events} events of class {Class} of {Month} can no longer be read")]
    public static partial void MonthDestroyed(ILogger logger, string name, long events, int @class, string month);
}
