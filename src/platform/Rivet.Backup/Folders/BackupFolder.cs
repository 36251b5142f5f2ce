using System.Globalization;

namespace Rivet.Backup;

/// <summary>
/// A backup's folder: <c>rivet-backup</c> says what it is, <c>data/</c> and <c>keys/</c> hold packs, <c>runs/</c> what belongs together. Files are
/// never changed once they have their name, so the folder may be copied and kept for ever.
/// </summary>
internal sealed class BackupFolder(string path)
{
    private const int Format = 1;

    private string MarkFile => System.IO.Path.Combine(path, "rivet-backup");

    public string Path => path;

    /// <summary>Makes an empty backup.</summary>
    public void Create(Guid repository)
    {
        PrivateFiles.CreateFolder(path);
        foreach (var part in (string[])["data", "keys", "runs"])
        {
            PrivateFiles.CreateFolder(System.IO.Path.Combine(path, part));
        }

        PrivateFiles.ReplaceJson(MarkFile, new Mark(Format, repository));
    }

    /// <exception cref="BackupException">The folder is no backup, or another one's.</exception>
    public void Require(Guid repository)
    {
        if (!System.IO.File.Exists(MarkFile) || PrivateFiles.FromJson<Mark>(PrivateFiles.ReadAll(MarkFile)) is not { Format: Format } mark)
        {
            throw new BackupException(BackupFault.NoBackup, path);
        }

        if (mark.Repository != repository)
        {
            throw new BackupException(BackupFault.WrongKey, path);
        }
    }

    public string DataPack(string name) => File("data", name);

    public string KeyPack(int run) => File("keys", Name(run, ".keys"));

    public string Run(int number) => File("runs", Name(number, ".run"));

    public static string Name(int number, string ending) => number.ToString("D8", CultureInfo.InvariantCulture) + ending;

    /// <summary>The numbers of the runs here, newest first.</summary>
    public List<int> Runs()
        => !Directory.Exists(File("runs", "")) ? [] : [.. Directory.EnumerateFiles(File("runs", ""), "*.run")
            .Select(file => int.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0).OrderDescending()];

    /// <summary>Removes what a killed run left.</summary>
    public void Sweep()
    {
        foreach (var rest in Directory.EnumerateFiles(path, "*" + SealedWriter.Unfinished, SearchOption.AllDirectories).ToArray())
        {
            PrivateFiles.Guard(rest, () => System.IO.File.Delete(rest));
        }
    }

    private string File(string part, string name) => System.IO.Path.Combine(path, part, name);

    private sealed record Mark(int Format, Guid Repository);
}
