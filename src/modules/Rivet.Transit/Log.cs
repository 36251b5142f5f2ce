using Microsoft.Extensions.Logging;

namespace Rivet.Transit;

internal static partial class Log
{
    [LoggerMessage(12001, LogLevel.Warning, "The cryptographic API cannot reach its store or keys")]
    public static partial void Unavailable(ILogger logger, Exception exception);

    [LoggerMessage(12002, LogLevel.Error, "Incident {Incident}: the cryptographic API met a fault of its own")]
    public static partial void Fault(ILogger logger, string incident, Exception exception);

    [LoggerMessage(12003, LogLevel.Error, "Key {KeyId} version {Version} of the cryptographic API cannot be opened: its row was changed")]
    public static partial void KeyDamaged(ILogger logger, Guid keyId, int version);

    [LoggerMessage(12004, LogLevel.Warning, "{Count} refused tokens of the cryptographic API within a minute were not recorded one by one")]
    public static partial void RefusalsDropped(ILogger logger, int count);
}
