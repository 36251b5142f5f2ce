namespace Rivet.Verify;

/// <summary>Writes files whole or not at all: under another name, then renamed, also over what was there.</summary>
internal static class WholeFile
{
    public static void Write(string path, string suffix, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = new FileStream(path + suffix, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(bytes);

            // A name must not outlive a lost power supply longer than what it names.
            file.Flush(flushToDisk: true);
        }

        File.Move(path + suffix, path, overwrite: true);
    }
}
