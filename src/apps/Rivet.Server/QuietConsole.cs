using Microsoft.Extensions.Logging.Console;

namespace Rivet.Server;

/// <summary>Logs to standard error: warnings and worse, one line each. Comes after the modules, whose own wishes it overrules. Standard output is the announcement's.</summary>
internal static class QuietConsole
{
    private const string Stamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";

    /// <param name="logging">Where to.</param>
    /// <param name="json">One line of JSON each.</param>
    /// <param name="refused">Whether the start was refused: the reason is told in one sentence, and what the silo says while it is torn down is no news.</param>
    public static void AddQuietConsole(this ILoggingBuilder logging, bool json, Func<bool> refused)
    {
        logging.ClearProviders();
        if (json)
        {
            logging.AddJsonConsole(console => (console.TimestampFormat, console.UseUtcTimestamp) = (Stamp, true));
        }
        else
        {
            logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, Stamp, true));
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);

        // Orleans warns about what is meant here: one process, no ports. The announcement tells of a new root key, and
        // StartFailure of a start that failed, each once.
        logging.AddFilter("Orleans", level => level >= LogLevel.Error && !refused());
        logging.AddFilter("Rivet.Vault.VaultStart", LogLevel.Error);
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

        // It warns that its keys lie in a file; they lie in the keys folder, beside the root key.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => level is LogLevel.Warning or LogLevel.Error);
    }
}
