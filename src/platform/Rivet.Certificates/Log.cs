using Microsoft.Extensions.Logging;

namespace Rivet.Certificates;

internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Information, "The {Source} certificate for {Names} is served, until {NotAfter:u}; SHA-256 {Fingerprint}.")]
    public static partial void Serving(ILogger logger, string source, string names, DateTimeOffset notAfter, string fingerprint);

    [LoggerMessage(5002, LogLevel.Warning, "The served certificate {State}: {NotAfter:u}. Devices go on; browsers do not. \"rivet certificate show\" says what can be done.")]
    public static partial void Ending(ILogger logger, string state, DateTimeOffset notAfter);

    [LoggerMessage(5003, LogLevel.Information, "A certificate for {Names} is asked of {Server}.")]
    public static partial void Asking(ILogger logger, string server, string names);

    [LoggerMessage(5004, LogLevel.Warning, "No new certificate ({Reason}): {Detail}. The old one is served on, until {NotAfter:u}; next try {RetryAt:u}.")]
    public static partial void RenewalFailed(ILogger logger, string reason, string detail, DateTimeOffset retryAt, DateTimeOffset notAfter);

    [LoggerMessage(5005, LogLevel.Error, "A kept certificate cannot be used ({Reason}): {Detail}. What was served is served on.")]
    public static partial void KeptUnusable(ILogger logger, string reason, string detail);

    [LoggerMessage(5006, LogLevel.Error, "The folder of certificates: {Problem}")]
    public static partial void FolderFailed(ILogger logger, string problem);

    [LoggerMessage(5007, LogLevel.Error, "A follower of certificates failed.")]
    public static partial void ObserverFailed(ILogger logger, Exception exception);

    [LoggerMessage(5008, LogLevel.Information, "An order was withdrawn; it is gone on with later.")]
    public static partial void Withdrawn(ILogger logger);

    [LoggerMessage(5009, LogLevel.Error, "A renewal failed by a fault of the server.")]
    public static partial void Faulted(ILogger logger, Exception exception);
}
