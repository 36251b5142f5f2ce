using System.Runtime.InteropServices;

namespace Rivet.Server.Startup;

/// <summary>Keeps the memory that holds keys out of core dumps, and out of other processes of the same user.</summary>
internal static partial class ProcessHardening
{
    private const int SetDumpable = 4;

    public static void Apply()
    {
        if (OperatingSystem.IsLinux() && ProcessControl(SetDumpable, 0, 0, 0, 0) != 0)
        {
            throw new StartupException("Core dumps cannot be switched off; the server would risk writing its keys to disk.");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ProcessControl(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}
