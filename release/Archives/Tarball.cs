using System.Formats.Tar;
using System.IO.Compression;

namespace Rivet.Release.Archives;

/// <summary>A folder as <c>.tar.gz</c>: root's, by name, all of one time, so that the same files give the same bytes.</summary>
internal static class Tarball
{
    public static async Task WriteAsync(string folder, string inside, string archive, DateTimeOffset time, CancellationToken ct)
    {
        await using var output = new FileStream(archive, FileMode.CreateNew);
        await using var gzip = new GZipStream(output, CompressionLevel.Optimal);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = $"{inside}/{Path.GetRelativePath(folder, path)}";
            if (Directory.Exists(path))
            {
                await tar.WriteEntryAsync(Entry(TarEntryType.Directory, name + "/", path), ct);
                continue;
            }

            await using var content = File.OpenRead(path);
            var file = Entry(TarEntryType.RegularFile, name, path);
            file.DataStream = content;
            await tar.WriteEntryAsync(file, ct);
        }

        UstarTarEntry Entry(TarEntryType type, string name, string path) => new(type, name) { Mode = File.GetUnixFileMode(path), ModificationTime = time };
    }
}
