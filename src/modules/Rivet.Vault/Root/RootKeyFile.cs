using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rivet.Cryptography.Sodium;

namespace Rivet.Vault;

/// <summary>The root's file, readable by its owner only: 32 random bytes, or those sealed (<see cref="SealedRoot"/>).</summary>
internal static class RootKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens the root; null when there is no file. The caller zeroes it.</summary>
    /// <exception cref="RootKeyException">The file is readable by others, is no root, or does not open.</exception>
    public static async Task<OpenedRoot?> TryOpenAsync(string path, RootSealOptions options, CancellationToken ct)
    {
        if (TryRead(path) is not { } bytes)
        {
            return null;
        }

        if (bytes.Length == AesGcmKey.KeySize)
        {
            RootSeals.RefuseAnotherKind(path, RootSealKind.None, options);
            return new(bytes, RootSealKind.None);
        }

        var found = Parse(path, bytes);
        return new(await RootSeals.OpenAsync(path, found, options, ct), found.Kind);
    }

    /// <summary>How a file is sealed; null when there is none.</summary>
    /// <exception cref="RootKeyException">The file is readable by others, or is no root.</exception>
    public static RootSealKind? FindSeal(string path)
        => TryRead(path) is not { } bytes ? null : bytes.Length == AesGcmKey.KeySize ? Zeroed(bytes) : Parse(path, bytes).Kind;

    /// <summary>Makes a new root and its file, sealed where that is wanted.</summary>
    public static async Task<OpenedRoot> CreateAsync(string path, RootSealOptions options, CancellationToken ct)
    {
        var root = RandomNumberGenerator.GetBytes(AesGcmKey.KeySize);
        Write(path, options.Wanted == RootSealKind.None ? root : await RootSeals.SealAsync(path, root, options, ct));
        return new(root, options.Wanted);
    }

    /// <summary>Writes a new file, which has all of it or is not there.</summary>
    /// <exception cref="RootKeyException">There is such a file, or it cannot be made.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, overwrite: false);

    /// <summary>
    /// Puts other bytes in a file's place, which at each moment is the old one or the new one. Then writes over the old one's blocks, as far as the
    /// file system writes where it wrote before; journals, snapshots and the spare blocks of an SSD keep what they keep.
    /// </summary>
    /// <exception cref="RootKeyException">It cannot be written; the old file stands.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var old = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            Write(path, bytes, overwrite: true);
            RandomAccess.Write(old, RandomNumberGenerator.GetBytes((int)Math.Min(RandomAccess.GetLength(old), SealedRoot.MaxBytes)), 0);
            RandomAccess.FlushToDisk(old);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be replaced: {exception.Message}", exception);
        }
    }

    private static RootSealKind Zeroed(byte[] plain)
    {
        CryptographicOperations.ZeroMemory(plain);
        return RootSealKind.None;
    }

    private static SealedRoot Parse(string path, byte[] bytes)
        => SealedRoot.TryParse(bytes) ?? throw new RootKeyException(SealedRoot.IsMeant(bytes)
            ? $"The root key file {path} is sealed, and truncated, changed, or written by a later version. Put it back from its backup, or the root from its shares (rivet recover combine). Nothing was changed."
            : $"{path} is no root key: it must hold exactly {AesGcmKey.KeySize} bytes, or be sealed. Put the right file back from its backup.");

    private static byte[]? TryRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            // The mode of the open file, so that nobody swaps it between the look and the reading.
            using var file = File.OpenHandle(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~OwnerOnly) != 0)
            {
                throw new RootKeyException($"The root key file {path} can be read or changed by others. Check who had access, then: chmod 600 {path}");
            }

            var bytes = new byte[Math.Min(RandomAccess.GetLength(file), SealedRoot.MaxBytes + 1)];
            return RandomAccess.Read(file, bytes, 0) == bytes.Length ? bytes : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be read: {exception.Message}", exception);
        }
    }

    private static void Write(string path, ReadOnlySpan<byte> bytes, bool overwrite)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var unfinished = Path.Combine(folder, $".root-{Guid.NewGuid():N}");
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
                options.UnixCreateMode = OwnerOnly;
            }

            using (var file = new FileStream(unfinished, options))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite);
            Sync(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            throw new RootKeyException($"The root key file {path} cannot be {(overwrite ? "replaced" : "made")}: {exception.Message}", exception);
        }
    }

    /// <summary>A new name is durable once its folder is.</summary>
    private static void Sync(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var handle = Open(folder, 0);
            if (handle.IsInvalid || Fsync(handle) != 0)
            {
                throw new IOException($"{folder} cannot be flushed to its disk ({Marshal.GetLastPInvokeErrorMessage()}).");
            }
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(SafeFileHandle file);
}

/// <summary>A root as it came from its file; whoever takes the bytes zeroes them.</summary>
internal sealed record OpenedRoot(byte[] Bytes, RootSealKind Seal)
{
    public override string ToString() => "[redacted]";
}

/// <summary>The root key does not allow the server to start; the message says what to do.</summary>
public sealed class RootKeyException : Exception
{
    /// <summary>Makes the exception.</summary>
    public RootKeyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
