using System.Runtime.InteropServices;

namespace Rivet.Server.Doctor.Checks;

/// <summary>The kernel holds its clock for synchronised: certificates, invitations and backups end by it.</summary>
/// <param name="read">The clock's state, as adjtimex(2) gives it; null where it may not be asked.</param>
internal sealed class ClockSynchronised(Func<int?> read) : ICheck
{
    internal const int Error = 5;

    public string Id => "clock.synchronised";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
        => ValueTask.FromResult(read() switch
        {
            null => Finding.NotProven("NotSeen"),
            Error => Finding.Attention("Drifts"),
            _ => Finding.Passing("Kept"),
        });
}

/// <summary>adjtimex(2), asked and not set.</summary>
internal static partial class KernelClock
{
    /// <summary>More than struct timex has on any architecture.</summary>
    private const int Size = 512;

    public static unsafe int? Read()
    {
        // modes = 0 asks only.
        var timex = stackalloc byte[Size];
        new Span<byte>(timex, Size).Clear();
        return AdjustTime(timex) is var state and >= 0 ? state : null;
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int AdjustTime(byte* timex);
}
