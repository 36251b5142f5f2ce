using Rivet.Kernel;

namespace Rivet.Audit.Entries;

/// <summary>What the sealed parts of entries are bound to.</summary>
internal static class EntryContexts
{
    private static ReadOnlySpan<byte> OfEntry => "rivet audit entry 1"u8;
    private static ReadOnlySpan<byte> OfCommitted => "rivet audit entry 2"u8;
    private static ReadOnlySpan<byte> OfActor => "rivet audit actor 1"u8;
    private static ReadOnlySpan<byte> OfConcerned => "rivet audit concerned 1"u8;

    /// <summary>The content of an entry; of one that commits to it another, so that neither passes for the other.</summary>
    public static byte[] Entry(CompanyId log, EventId id, bool isCommitted) => Context(isCommitted ? OfCommitted : OfEntry, log, id);

    public static byte[] Actor(CompanyId log, EventId id) => Context(OfActor, log, id);

    public static byte[] Concerned(CompanyId log, EventId id) => Context(OfConcerned, log, id);

    private static byte[] Context(ReadOnlySpan<byte> what, CompanyId log, EventId id)
    {
        var context = new byte[what.Length + (2 * EntityId.Size)];
        what.CopyTo(context);
        log.WriteTo(context.AsSpan(what.Length));
        id.WriteTo(context.AsSpan(what.Length + EntityId.Size));
        return context;
    }
}
