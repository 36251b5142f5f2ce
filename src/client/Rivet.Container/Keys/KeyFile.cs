using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;

namespace Rivet.Container.Keys;

/// <summary>A wrapping key in a file of mode 0600, outside the home it protects.</summary>
internal static class KeyFile
{
    /// <summary>Makes the file, durable before it returns; never overwrites one.</summary>
    public static byte[] Create(string path)
    {
        PrivateFolder.Make(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var key = RandomNumberGenerator.GetBytes(AesGcmKey.KeySize);
        using var file = new FileStream(path, options);
        file.Write(key);
        file.Flush(flushToDisk: true);
        return key;
    }

    /// <summary>Reads the key, which the caller zeroes.</summary>
    public static Result<byte[], ContainerRefusal> Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var key = new byte[AesGcmKey.KeySize];
            if (file.Length != key.Length)
            {
                return ContainerRefusal.WrongKey;
            }

            file.ReadExactly(key);
            return key;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return ContainerRefusal.KeyFileMissing;
        }
        catch (UnauthorizedAccessException)
        {
            return ContainerRefusal.NoAccess;
        }
    }
}
