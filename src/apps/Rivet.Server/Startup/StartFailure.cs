using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Rivet.Backup;
using Rivet.Certificates;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Startup;

/// <summary>Tells what the world around the server got wrong, which is one sentence, from a bug, which is an exception.</summary>
internal static class StartFailure
{
    /// <summary>Exit code where the store is not for this program, or cannot be upgraded: starting again does not help.</summary>
    public const int RefusedStore = 3;

    /// <summary>The exit code of a failure that <see cref="Explain"/> explains.</summary>
    public static int CodeOf(Exception exception) => exception is UpgradeException ? RefusedStore : 1;

    /// <summary>One line that says what happened and what to do; null for a bug.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        StartupException or BackupException or CertificateFolderException or RootKeyException or StoreUnavailableException or UpgradeException or OptionsValidationException or PlatformNotSupportedException
            => Line(exception.Message),
        DbException => $"The store cannot be opened: {Line(exception.Message)}",
        AddressInUseException or IOException { InnerException: AddressInUseException }
            => $"{Line(exception.Message)} Stop that program, or choose another port with --port.",
        SocketException { SocketErrorCode: SocketError.AccessDenied }
            => "This user may not open that port. Choose one from 1024 on with --port.",
        IOException or UnauthorizedAccessException => Line(exception.Message),
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };

    private static string Line(string message) => message.ReplaceLineEndings(" ");
}
