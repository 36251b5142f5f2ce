using System.Globalization;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>
/// A log's files in a folder, in the layout of docs/protocol/audit-log.md. Reading takes any file for hostile: it has a longest length, and
/// what goes wrong is a value. A file is written under another name first, so that one that is there is whole.
/// </summary>
internal sealed class MirrorFolder(string path)
{
    public const string Key = "key";
    public const string Keys = "keys";
    public const string Checkpoint = "checkpoint";
    public const string History = "history";
    /// <summary>What the server says of a log that does not grow; no proof.</summary>
    public const string Standing = "standing";
    public const int LongestStanding = 256;
    public const int LongestKey = 1024;
    public const int LongestTile = TilePath.FullWidth * TreeHash.Size;

    /// <summary>A full bundle of the longest entries.</summary>
    public const int LongestBundle = TilePath.FullWidth * (sizeof(ushort) + EntryBundle.LongestEntry);

    /// <summary>Notes of the history that a fetch has, while it has not all that the checkpoint over them needs.</summary>
    public const string Unfinished = "history.unfinished";

    private const string Suffix = ".writing";

    public string Path => path;

    public static string NoteOf(long size) => string.Create(CultureInfo.InvariantCulture, $"{History}/{size}");

    public bool Has(string name) => File.Exists(At(name));

    /// <summary>Reads a file of at most so many bytes.</summary>
    public FileReading Read(string name, int longest)
    {
        try
        {
            using var file = File.OpenHandle(At(name), options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (length > longest)
            {
                return FileReading.Unreadable;
            }

            var bytes = GC.AllocateUninitializedArray<byte>((int)length);
            var at = 0;
            while (at < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(at), at) is > 0 and var read)
            {
                at += read;
            }

            return at == bytes.Length ? new FileReading(bytes, default) : FileReading.Unreadable;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return FileReading.Missing;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return FileReading.Unreadable;
        }
    }

    /// <summary>
    /// The file that holds at least a tile's or bundle's width, wider where a fetch went on and was interrupted; otherwise the widest that
    /// there is; null when there is none.
    /// </summary>
    public TilePath? Locate(TilePath wanted)
    {
        if (Has(wanted.ToString()))
        {
            return wanted;
        }

        var full = wanted with { Width = TilePath.FullWidth };
        return Has(full.ToString()) ? full : PartialsOf(full).OrderBy(found => found.Width).Select(found => (TilePath?)found).LastOrDefault();
    }

    /// <summary>The partial files that there are of a tile or bundle.</summary>
    public IEnumerable<TilePath> PartialsOf(TilePath full)
    {
        var folder = new DirectoryInfo(At(full + ".p"));
        return !folder.Exists ? [] : folder.EnumerateFiles()
            .Select(file => TilePath.TryParse($"{full}.p/{file.Name}", out var found) ? found : default)
            .Where(found => found.Width > 0);
    }

    /// <summary>The sizes that the names in a folder of notes say, ascending; and how many names say none.</summary>
    public (IReadOnlyList<long> Sizes, int Strange) SizesIn(string folder)
    {
        var sizes = new List<long>();
        var strange = 0;
        if (Directory.Exists(At(folder)))
        {
            foreach (var file in new DirectoryInfo(At(folder)).EnumerateFileSystemInfos().Where(file => !file.Name.EndsWith(Suffix, StringComparison.Ordinal)))
            {
                if (long.TryParse(file.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    && size.ToString(CultureInfo.InvariantCulture) == file.Name)
                {
                    sizes.Add(size);
                }
                else
                {
                    strange++;
                }
            }
        }

        sizes.Sort();
        return (sizes, strange);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    public void Write(string name, ReadOnlySpan<byte> bytes) => WholeFile.Write(At(name), Suffix, bytes);

    /// <summary>Gives a finished file its place.</summary>
    public void Move(string from, string to)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(to))!);
        File.Move(At(from), At(to), overwrite: true);
    }

    public void Delete(string name) => File.Delete(At(name));

    private string At(string name) => System.IO.Path.Combine(path, name);
}
