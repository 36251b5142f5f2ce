namespace Rivet.Server.Certificates;

/// <summary>Reads files that should be small, a little beyond what is accepted: the check that follows says they are too large.</summary>
internal static class BoundedFile
{
    private const int Most = 512 * 1024;

    public static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Most];
        return bytes[..file.ReadAtLeast(bytes, Most, throwOnEndOfStream: false)];
    }
}
