using System.IO.Compression;
using Rivet.Kernel;

namespace Rivet.Client.Slack;

/// <summary>
/// The entries of a ZIP archive by their safe names, read whole into memory within bounds and only after their
/// checksum fits. Nothing is ever written to disk, so a name can at worst be ignored.
/// </summary>
internal sealed class ArchiveEntries : IDisposable
{
    private const int DirectoryBytesPerEntry = 1024;
    private readonly ZipArchive zip;
    private readonly SlackArchiveLimits limits;
    private readonly Dictionary<string, ZipArchiveEntry> entries;
    private long total;

    private ArchiveEntries(ZipArchive zip, SlackArchiveLimits limits, Dictionary<string, ZipArchiveEntry> entries, int ignored)
        => (this.zip, this.limits, this.entries, Ignored) = (zip, limits, entries, ignored);

    /// <summary>Entries whose names point outside the archive.</summary>
    public int Ignored { get; }

    public IEnumerable<string> Names => entries.Keys;

    public static Result<ArchiveEntries, SlackDamage> Open(Stream stream, SlackArchiveLimits limits)
    {
        if (!CentralDirectory.TryRead(stream, out var directory))
        {
            return NotAnArchive("this is no ZIP archive, or its end is missing");
        }

        if (directory.Entries > (ulong)limits.Entries || directory.Bytes > (ulong)limits.Entries * DirectoryBytesPerEntry)
        {
            return new SlackDamage("", null, SlackDamageKind.TooLarge, $"more than {limits.Entries} entries");
        }

        try
        {
            var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            return Index(zip, limits);
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or ArgumentException)
        {
            return NotAnArchive("the archive's directory is broken");
        }
    }

    public long SizeOf(string name) => entries[name].Length;

    /// <summary>Reads an entry whole. The bound is kept against what really comes out, not what the entry claims.</summary>
    public Result<byte[], SlackDamage> Read(string name, int limit)
    {
        var entry = entries[name];
        if (entry.Length > limit)
        {
            return Damage(SlackDamageKind.TooLarge, $"{entry.Length} bytes, more than {limit}");
        }

        if (entry.Length > limits.RatioFreeBytes && entry.Length / limits.Ratio > entry.CompressedLength)
        {
            return Damage(SlackDamageKind.TooLarge, $"compressed more than {limits.Ratio} times");
        }

        total += entry.Length;
        if (total > limits.TotalBytes)
        {
            return Damage(SlackDamageKind.TooLarge, $"more than {limits.TotalBytes} bytes in the archive");
        }

        if (entry.IsEncrypted)
        {
            return Damage(SlackDamageKind.Corrupt, "the entry is encrypted");
        }

        var bytes = new byte[entry.Length];
        try
        {
            using var content = entry.Open();
            var read = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (read < bytes.Length || content.ReadByte() >= 0)
            {
                return Damage(SlackDamageKind.Corrupt, "the entry is shorter or longer than the archive says");
            }
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            return Damage(SlackDamageKind.Corrupt, "the entry cannot be unpacked");
        }

        return Crc32.Of(bytes) == entry.Crc32 ? bytes : Damage(SlackDamageKind.Corrupt, "the checksum does not fit");

        SlackDamage Damage(SlackDamageKind kind, string detail) => new(name, null, kind, detail);
    }

    public void Dispose() => zip.Dispose();

    private static Result<ArchiveEntries, SlackDamage> Index(ZipArchive zip, SlackArchiveLimits limits)
    {
        var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        var ignored = 0;
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName.Replace('\\', '/');
            if (name.EndsWith('/'))
            {
                continue;
            }

            if (!IsInside(name))
            {
                ignored++;
            }
            else if (!entries.TryAdd(name, entry))
            {
                zip.Dispose();
                return new SlackDamage(name, null, SlackDamageKind.Corrupt, "the archive holds this name twice");
            }
        }

        return new ArchiveEntries(zip, limits, entries, ignored);
    }

    private static bool IsInside(string name)
        => name.Length is > 0 and <= 1024 && name[0] != '/' && !name.AsSpan().ContainsAny('\0', ':')
            && !name.Split('/').Any(part => part is "" or "." or "..");

    private static SlackDamage NotAnArchive(string detail) => new("", null, SlackDamageKind.NotAnArchive, detail);
}
