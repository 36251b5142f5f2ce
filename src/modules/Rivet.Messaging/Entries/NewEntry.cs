using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>A sealed entry on its way into the log.</summary>
internal sealed record NewEntry
{
    public required CompanyId Company { get; init; }

    public required ConversationId Conversation { get; init; }

    public required Origin Origin { get; init; }

    public required Content.KindOneofCase Kind { get; init; }

    public required PersonId Author { get; init; }

    /// <summary>Empty for imported entries.</summary>
    public required DeviceId Device { get; init; }

    /// <summary>Unix milliseconds; 0: the time of appending.</summary>
    public long OwnTimeMs { get; init; }

    /// <summary>In clear, for the pushes.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    public required byte[] Sealed { get; init; }

    /// <summary>Whether this device learns of the entry by the answer to its own request. What the server writes or imports has none.</summary>
    public bool IsAnsweredTo(Guid device) => Origin.IsMessage && Device.Value == device;

    /// <summary>The entry as clients see it.</summary>
    public Entry ToWire(long sequence, long appendedMs) => new()
    {
        ConversationId = ByteString.CopyFrom(Conversation.ToBytes()),
        Sequence = (ulong)sequence,
        AuthorPersonId = ByteString.CopyFrom(Author.ToBytes()),
        AuthorDeviceId = Device == default ? ByteString.Empty : ByteString.CopyFrom(Device.ToBytes()),
        AppendedMs = appendedMs,
        OwnTimeMs = OwnTimeMs == 0 ? appendedMs : OwnTimeMs,
        ClientMessageId = ByteString.CopyFrom(Rivet.Messaging.Origin.ClientMessageId(Origin.Bytes)),
        Content = UnsafeByteOperations.UnsafeWrap(Content),
    };
}
