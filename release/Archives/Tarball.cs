using System.Formats.Tar;
using System.IO.Compression;

namespace Rivet.Release.Archives;

/// <summary>A folder as <c>.tar.gz</c>: root's, by name, all of one time, so that the same files give the same bytes.</summary>
internal static class Tarball
{
    public static async Task WriteAsync(string folder, string inside, string file, DateTimeOffset time, CancellationToken ct)
    {
        await using var output = new FileStream(file, FileMode.CreateNew);
        await using var gzip = new GZipStream(output, CompressionLevel.Optimal);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var isFolder = Directory.Exists(path);
            var entry = new UstarTarEntry(isFolder ? TarEntryType.Directory : TarEntryType.RegularFile, $"{inside}/{Path.GetRelativePath(folder, path)}{(isFolder ? "/" : "")}")
            {
                Mode = File.GetUnixFileMode(path),
                ModificationTime = time,
                DataStream = isFolder ? null : File.OpenRead(path),
            };
            await tar.WriteEntryAsync(entry, ct);
            if (entry.DataStream is { } stream)
            {
                await stream.DisposeAsync();
            }
        }
    }
}
