namespace Rivet.Audit.Pages;

/// <summary>All that a log holds about something, gathered from its end; true in parts while it is not whole.</summary>
internal sealed class EntityStory
{
    /// <summary>Events asked for at once.</summary>
    public const int AtOnce = 1000;

    private const int MostKept = 1000;
    private readonly List<AuditEntry> kept = [];
    private readonly Dictionary<string, long> kinds = [];

    /// <summary>The newest of them.</summary>
    public IReadOnlyList<AuditEntry> Entries => kept;

    /// <summary>Where to go on.</summary>
    public long? Next { get; private set; }

    /// <summary>Whether the whole log was looked through.</summary>
    public bool IsWhole { get; private set; }

    public long Count { get; private set; }

    public long Looked => Size - (Next ?? 0);

    public long Size { get; private set; }

    public DateTimeOffset? First { get; private set; }

    public DateTimeOffset? Last { get; private set; }

    /// <summary>How often each kind occurs, the most frequent first.</summary>
    public IEnumerable<KeyValuePair<string, long>> Kinds => kinds.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal);

    public void Add(AuditFound found)
    {
        Size = Math.Max(Size, found.Size);
        foreach (var entry in found.Entries)
        {
            Count++;
            var (kind, at) = (entry.Event.Kind.Name, entry.Event.At);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            (First, Last) = (First < at ? First : at, Last > at ? Last : at);
            if (kept.Count < MostKept)
            {
                kept.Add(entry);
            }
        }

        (Next, IsWhole) = (found.Next, found.Next is null);
    }
}
