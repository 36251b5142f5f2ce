using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Rivet.Kernel;

namespace Rivet.Client.Slack;

/// <summary>
/// A Slack export archive (a ZIP with users.json, channels.json and a file for each channel and day), read in place:
/// nothing is extracted to disk, everything is bounded by <see cref="SlackArchiveLimits"/>, and whatever bytes it
/// holds, reading it gives records or a <see cref="SlackDamage"/>, never an exception. Not safe for concurrent use.
/// </summary>
public sealed partial class SlackArchive : IDisposable
{
    private static readonly string[] Lists = ["channels.json", "groups.json", "mpims.json", "dms.json"];
    private readonly ArchiveEntries entries;
    private readonly SlackArchiveLimits limits;
    private readonly Dictionary<string, string> files;

    private SlackArchive(ArchiveEntries entries, SlackArchiveLimits limits, ArchiveContents contents)
    {
        (this.entries, this.limits) = (entries, limits);
        (People, Channels, Source) = (contents.People, contents.Channels, contents.Source);
        files = FilesOf(entries.Names);
        DayBytes = Channels.Sum(channel => channel.Days.Sum(entries.SizeOf));
    }

    /// <summary>Names the workspace: slack:TEAM.</summary>
    public string Source { get; }

    /// <summary>Entries that were ignored because their names point outside the archive.</summary>
    public int IgnoredEntries => entries.Ignored;

    /// <summary>Uncompressed size of all day files, for a progress bar.</summary>
    public long DayBytes { get; }

    internal IReadOnlyList<SlackPerson> People { get; }

    internal IReadOnlyList<SlackChannel> Channels { get; }

    /// <summary>Opens an archive file and reads who and which channels are in it.</summary>
    /// <exception cref="IOException">The file itself cannot be opened or read.</exception>
    public static Result<SlackArchive, SlackDamage> Open(string path, SlackArchiveLimits limits)
        => Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.RandomAccess), limits);

    /// <summary>Opens an archive over a seekable stream, which it disposes.</summary>
    public static Result<SlackArchive, SlackDamage> Open(Stream stream, SlackArchiveLimits limits)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(limits);
        if (!ArchiveEntries.Open(stream, limits).TryGet(out var entries, out var damage))
        {
            stream.Dispose();
            return damage;
        }

        if (!ArchiveContents.Read(entries, limits, Lists).TryGet(out var contents, out damage))
        {
            entries.Dispose();
            return damage;
        }

        return new SlackArchive(entries, limits, contents);
    }

    /// <summary>The records of a channel in the archive's order. The last one may be a damage; nothing follows it.</summary>
    internal IEnumerable<Result<SlackRecord, SlackDamage>> Records(SlackChannel channel)
        => channel.Days.SelectMany(Day).TakeThrough(result => !result.IsOk);

    internal long SizeOf(string day) => entries.SizeOf(day);

    /// <summary>Whether the archive carries the bytes of a file.</summary>
    internal bool TryFind(string fileId, [NotNullWhen(true)] out string? entry, out long size)
    {
        size = files.TryGetValue(fileId, out entry) ? entries.SizeOf(entry) : 0;
        return entry is not null;
    }

    internal Result<byte[], SlackDamage> ReadFile(string entry) => entries.Read(entry, limits.FileBytes);

    internal int LargestFile => limits.FileBytes;

    /// <inheritdoc/>
    public void Dispose() => entries.Dispose();

    private IEnumerable<Result<SlackRecord, SlackDamage>> Day(string name)
    {
        if (!entries.Read(name, limits.JsonEntryBytes).TryGet(out var json, out var damage))
        {
            yield return damage;
            yield break;
        }

        var records = new JsonRecords(name, json, limits);
        while (true)
        {
            if (!records.Next().TryGet(out var element, out damage))
            {
                yield return damage;
                yield break;
            }

            if (element is null)
            {
                yield break;
            }

            yield return RecordParser.Parse(name, records.Index, records.Length, element.Value);
        }
    }

    /// <summary>Files by their id, which stands in a part of their path: __uploads/F1/a.png, files/F1-a.png.</summary>
    private static Dictionary<string, string> FilesOf(IEnumerable<string> names)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (FileId().Match(name) is { Success: true } match)
            {
                files.TryAdd(match.Groups[1].Value, name);
            }
        }

        return files;
    }

    [GeneratedRegex("(?:^|/)(F[A-Z0-9]{5,20})[-_/]", RegexOptions.NonBacktracking)]
    private static partial Regex FileId();
}
