using Rivet.Storage;
using System.Text.Json;

namespace Rivet.Backup;

/// <summary>Files that only their owner reads, written whole or not at all. What the disk refuses becomes a <see cref="BackupException"/>.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static void CreateFolder(string path) => Guard(path, () =>
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
    });

    public static FileStream Create(string path, FileMode mode) => Guard(path, () =>
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    });

    /// <summary>Puts a file in place of what was there, durably.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var content = bytes.ToArray();
        Guard(path, () =>
        {
            using (var file = Create(path + SealedWriter.Unfinished, FileMode.Create))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(path + SealedWriter.Unfinished, path, overwrite: true);
            SyncFolderOf(path);
        });
    }

    public static void ReplaceJson<T>(string path, T value) => Replace(path, ToJson(value));

    public static byte[] ToJson<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json);

    /// <summary>Null when the bytes are no such thing.</summary>
    public static T? FromJson<T>(ReadOnlySpan<byte> bytes)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static FileStream OpenRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BackupException(BackupFault.Missing, exception, path);
        }
    }

    public static byte[] ReadAll(string path)
    {
        using var file = OpenRead(path);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A new name is durable once its folder is (fsync(2)).</summary>
    public static void SyncFolderOf(string path) => FolderSync.Of(Path.GetDirectoryName(path)!);

    public static void Guard(string path, Action work) => Guard(path, () =>
    {
        work();
        return true;
    });

    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(BackupFault.CannotWrite, exception, path, exception.Message);
        }
    }
}
