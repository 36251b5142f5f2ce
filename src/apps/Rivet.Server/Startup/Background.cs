using System.Runtime.InteropServices;

namespace Rivet.Server.Startup;

/// <summary>Lets a program stand back behind the server on the same machine, in processor time and at the disk.</summary>
internal static partial class Background
{
    private const int Niceness = 15;
    private const int SetPriorityCall = 251; // ioprio_set(2) on x86-64
    private const int BestEffortLast = (2 << 13) | 7;

    public static void Enter()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Of this thread and what it starts; what is refused only makes the run less polite.
        _ = SetPriority(0, 0, Niceness);
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            _ = SystemCall(SetPriorityCall, 1, 0, BestEffortLast);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint which, nint who, nint priority);
}
