using Microsoft.Extensions.Logging;

namespace Rivet.Hosting;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "The link checked its TLS: the group can be read, P-256 is refused, the exporter agrees.")]
    public static partial void SelfTestPassed(ILogger logger);

    [LoggerMessage(1002, LogLevel.Information, "A TLS connection from {Remote} was refused: its group is {Group}.")]
    public static partial void GroupRefused(ILogger logger, string remote, int? group);

    [LoggerMessage(1003, LogLevel.Information, "A link from {Remote} was refused before sign-in: {Why}.")]
    public static partial void SignInRefused(ILogger logger, string remote, string why);

    [LoggerMessage(1004, LogLevel.Error, "Incident {Incident}: the request {Method} failed.")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string incident, string method);

    [LoggerMessage(1005, LogLevel.Information, "The link of device {Device} was closed: {Reason}.")]
    public static partial void Closed(ILogger logger, string device, string reason);

    [LoggerMessage(1006, LogLevel.Debug, "A link was lost.")]
    public static partial void Lost(ILogger logger, Exception exception);

    [LoggerMessage(1007, LogLevel.Error, "A follower of connections failed.")]
    public static partial void ObserverFailed(ILogger logger, Exception exception);

    [LoggerMessage(1008, LogLevel.Error, "A sign-in failed by a fault of the server.")]
    public static partial void SignInFailed(ILogger logger, Exception exception);

    [LoggerMessage(1009, LogLevel.Error, "A hostile peer ({Offence}) could not be recorded.")]
    public static partial void ReportFailed(ILogger logger, Exception exception, string offence);
}
