using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Vault;

/// <summary>The root's file: 32 random bytes, readable by its owner only.</summary>
internal static class RootKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the root; null when there is no file.</summary>
    /// <exception cref="RootKeyException">The file is readable by others, or is no root.</exception>
    public static byte[]? TryRead(string path)
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

            var root = new byte[AesGcmKey.KeySize];
            if (RandomAccess.GetLength(file) != root.Length || RandomAccess.Read(file, root, 0) != root.Length)
            {
                throw new RootKeyException($"{path} is no root key: it must hold exactly {AesGcmKey.KeySize} bytes. Put the right file back from its backup.");
            }

            return root;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Makes a new root and its file.</summary>
    public static byte[] Create(string path)
    {
        var root = RandomNumberGenerator.GetBytes(AesGcmKey.KeySize);
        Write(path, root);
        return root;
    }

    /// <summary>Writes a root to a new file, which has all of it or is not there.</summary>
    /// <exception cref="RootKeyException">There is such a file, or it cannot be made.</exception>
    public static void Write(string path, ReadOnlySpan<byte> root)
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
                file.Write(root);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            throw new RootKeyException($"The root key file {path} cannot be made: {exception.Message}", exception);
        }
    }
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
