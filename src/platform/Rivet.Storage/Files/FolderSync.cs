using System.Runtime.InteropServices;

namespace Rivet.Storage;

/// <summary>Makes a folder's names durable (fsync(2)), for which .NET opens no folder.</summary>
public static partial class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Returns once every name in the folder is on the disk.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Of(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, ReadOnly);
        var failed = handle < 0 || Synchronise(handle) != 0;
        var error = Marshal.GetLastPInvokeError();
        if (handle >= 0)
        {
            _ = Close(handle);
        }

        if (failed)
        {
            throw new IOException($"{folder}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
