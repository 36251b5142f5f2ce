using System.Buffers.Binary;
using Rivet.Kernel;

namespace Rivet.Client.Home;

/// <summary>Lookup keys of records: ids and sequences only.</summary>
internal static class RecordKeys
{
    public static readonly byte[] One = [];

    public static byte[] Entry(ConversationId conversation, ulong sequence)
    {
        var key = new byte[EntityId.Size + sizeof(ulong)];
        conversation.WriteTo(key);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(EntityId.Size), sequence);
        return key;
    }
}
