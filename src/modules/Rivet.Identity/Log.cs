using Microsoft.Extensions.Logging;

namespace Rivet.Identity;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "The server's keys were made.")]
    public static partial void ServerKeysMade(ILogger logger);

    [LoggerMessage(3002, LogLevel.Warning, "Refusals come faster than they are recorded; {Count} were not recorded one by one.")]
    public static partial void RefusalsDropped(ILogger logger, int count);

    [LoggerMessage(3003, LogLevel.Warning, "A signed-out device could not be looked for on other servers.")]
    public static partial void CloseElsewhereFailed(ILogger logger, Exception exception);

    [LoggerMessage(3004, LogLevel.Warning, "When devices were last seen could not be stored; it is tried again.")]
    public static partial void LastSeenFailed(ILogger logger, Exception exception);

    [LoggerMessage(3005, LogLevel.Warning, "Names could not be opened for a sign-in: {Refusal}; the device is told none.")]
    public static partial void NamesUnavailable(ILogger logger, Rivet.Vault.VaultRefusal refusal);

    [LoggerMessage(3006, LogLevel.Error, "A page could not be read; the visitor was given the id {Id}.")]
    public static partial void PageFailed(ILogger logger, string id, Exception exception);
}
