using System.Text;

namespace Rivet.Certificates.Folder;

/// <summary>Files of mode 0600 that are there wholly or not at all, whenever the process is killed.</summary>
internal static class PrivateFile
{
    public const string Unfinished = ".unfinished";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes beside the file, flushes to the disk, and puts it in place by one rename.</summary>
    public static void Write(string path, string text)
    {
        var beside = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        try
        {
            var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                create.UnixCreateMode = OwnerOnly;
            }

            using (var file = new FileStream(beside, create))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>The text; null where there is no such file.</summary>
    /// <exception cref="CertificateFolderException">Others may read it.</exception>
    public static string? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        RefuseIfOpen(path);
        return File.ReadAllText(path);
    }

    /// <summary>Refuses a key that others can read: it may be theirs already.</summary>
    public static void RefuseIfOpen(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new CertificateFolderException($"{path} can be read by others; whoever read it can pass for this server in a browser. Run: chmod 600 {path}");
        }
    }
}
