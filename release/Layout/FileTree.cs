namespace Rivet.Release.Layout;

/// <summary>Writes files with plain modes: folders and programs 0755, everything else 0644, whatever the umask and the source say.</summary>
internal sealed class FileTree(string root)
{
    public const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public string Root => root;

    public void Copy(string source, string target, UnixFileMode mode = Plain)
    {
        var path = Place(target);
        File.Copy(source, path);
        File.SetUnixFileMode(path, mode);
    }

    public void Write(string target, ReadOnlySpan<byte> content, UnixFileMode mode = Plain)
    {
        var path = Place(target);
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, mode);
    }

    public void Link(string target, string to) => File.CreateSymbolicLink(Place(target), to);

    private string Place(string target)
    {
        var folder = root;
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, Program);
        foreach (var part in target.Split('/').SkipLast(1))
        {
            folder = Path.Combine(folder, part);
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, Program);
        }

        return Path.Combine(root, target);
    }
}
