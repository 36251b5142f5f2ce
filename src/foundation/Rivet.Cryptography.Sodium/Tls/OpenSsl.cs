using System.Runtime.InteropServices;

namespace Rivet.Cryptography.Sodium.Tls;

/// <summary>The few calls of libssl that are needed, on the instance the runtime itself has loaded.</summary>
internal static partial class OpenSsl
{
    public const int GetNegotiatedGroup = 134; // SSL_CTRL_GET_NEGOTIATED_GROUP

    private const string Ssl = "libssl.so.3";

    public static bool IsPresent { get; } = OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Ssl, out _);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint SSL_ctrl(nint ssl, int command, nint number, nint pointer);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SSL_export_keying_material(
        nint ssl, byte[] output, nuint size, byte[] label, nuint labelSize, nint context, nuint contextSize, int useContext);
}
