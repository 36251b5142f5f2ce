using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>Entries that travel and are stored together, and the counts that become true with them.</summary>
internal sealed class Batch(Google.Protobuf.ByteString conversation)
{
    /// <summary>The most entries of one request.</summary>
    public const int MaxEntries = 500;

    /// <summary>A little less than the 512 KiB of one request.</summary>
    public const int MaxBytes = 500 * 1024;

    private const int Framing = 8;
    private int bytes;

    public ImportEntriesRequest Request { get; } = new() { ConversationId = conversation };

    public Tally Tally { get; } = new();

    public bool IsEmpty => Request.Entries.Count == 0;

    public bool TryAdd(ImportedEntry entry)
    {
        var size = entry.CalculateSize() + Framing;
        if (Request.Entries.Count == MaxEntries || (bytes + size > MaxBytes && !IsEmpty))
        {
            return false;
        }

        bytes += size;
        Request.Entries.Add(entry);
        return true;
    }
}
