using System.IO.Compression;

namespace Rivet.Tour;

/// <summary>An export archive: a ZIP file as it is, or a folder in the layout of an export, packed in memory.</summary>
internal static class SampleArchive
{
    /// <summary>The project's own sample.</summary>
    public static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var sample = Path.Combine(folder.FullName, "samples", "company");
            if (Directory.Exists(sample))
            {
                return sample;
            }
        }

        throw new TourFailedException(Words.Of("SampleMissing"));
    }

    public static Stream Open(string path)
    {
        if (!Directory.Exists(path))
        {
            Expect.That(File.Exists(path), "ArchiveMissing", path);
            return File.OpenRead(path);
        }

        var packed = new MemoryStream();
        ZipFile.CreateFromDirectory(path, packed);
        packed.Position = 0;
        return packed;
    }
}
