using System.Runtime.InteropServices;

namespace Rivet.Server.Doctor;

/// <summary>Who owns a file, who may use it, and which file it is (statx(2), whose layout is the same on every architecture).</summary>
/// <param name="Mode">Permission bits.</param>
/// <param name="Owner">User id.</param>
/// <param name="Inode">Its number on its device.</param>
/// <param name="Device">The device, as <c>/proc/locks</c> writes it.</param>
internal readonly partial record struct FileFacts(UnixFileMode Mode, uint Owner, ulong Inode, string Device)
{
    private const int CurrentFolder = -100;
    private const uint BasicStatistics = 0x7ff;
    private const int Size = 256;
    private const int NoSuchFile = 2;
    private const int NoSuchFolder = 20;

    /// <summary>Whether somebody else than the owner may read, write or enter it.</summary>
    public bool IsOpen => (Mode & (UnixFileMode)0b111_111) != 0;

    /// <summary>Mode in the form chmod takes.</summary>
    public string Octal => Convert.ToString((int)Mode, 8).PadLeft(4, '0');

    /// <summary>Of what the path leads to.</summary>
    /// <exception cref="FileNotFoundException">There is nothing.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not look.</exception>
    public static unsafe FileFacts Of(string path)
    {
        var facts = stackalloc byte[Size];
        if (StatX(CurrentFolder, path, 0, BasicStatistics, facts) != 0)
        {
            throw Marshal.GetLastPInvokeError() is NoSuchFile or NoSuchFolder
                ? new FileNotFoundException(Marshal.GetLastPInvokeErrorMessage() + ": " + path, path)
                : new UnauthorizedAccessException(Marshal.GetLastPInvokeErrorMessage() + ": " + path);
        }

        var bytes = new ReadOnlySpan<byte>(facts, Size);
        return new FileFacts(
            (UnixFileMode)(MemoryMarshal.Read<ushort>(bytes[28..]) & 0xFFF),
            MemoryMarshal.Read<uint>(bytes[20..]),
            MemoryMarshal.Read<ulong>(bytes[32..]),
            $"{MemoryMarshal.Read<uint>(bytes[136..]):x2}:{MemoryMarshal.Read<uint>(bytes[140..]):x2}");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* facts);
}
