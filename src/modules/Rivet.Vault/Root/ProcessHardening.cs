using System.Runtime.InteropServices;

namespace Rivet.Vault;

/// <summary>Keeps keys in memory from being written to disk by a crash, or read by other programs of the same user.</summary>
internal static class ProcessHardening
{
    private const int SetDumpable = 4;
    private const int GetDumpable = 3;

    /// <summary>prctl(2), PR_SET_DUMPABLE 0. Does nothing but on Linux.</summary>
    public static void DisableCoreDumps()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Control(SetDumpable, 0, 0, 0, 0);
        }
    }

    internal static bool CoreDumpsAreOff() => OperatingSystem.IsLinux() && Control(GetDumpable, 0, 0, 0, 0) == 0;

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}
