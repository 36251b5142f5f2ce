using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>What waits to be brought in; grows while a piece of work is being done.</summary>
internal sealed class SyncWork
{
    /// <summary>Ask for all conversations anew.</summary>
    public bool List { get; set; }

    /// <summary>Ask for the people anew.</summary>
    public bool People { get; set; }

    /// <summary>Logs of which something is missing.</summary>
    public HashSet<ConversationId> Gaps { get; } = [];

    /// <summary>Entries that were pushed, in the order of their coming.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>Conversations that were pushed.</summary>
    public List<Conversation> Conversations { get; } = [];

    /// <summary>Read positions that were pushed.</summary>
    public List<ReadMoved> Reads { get; } = [];

    public bool IsEmpty => !List && !People && Gaps.Count + Entries.Count + Conversations.Count + Reads.Count == 0;
}
