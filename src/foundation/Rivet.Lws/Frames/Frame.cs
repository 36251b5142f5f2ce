using System.Buffers;
using Rivet.Wire;

namespace Rivet.Lws.Frames;

/// <summary>One whole frame as it lies in the receive buffer; valid until the buffer is advanced.</summary>
/// <param name="Type">A known type.</param>
/// <param name="Method">For requests below <see cref="LwsConstants.FirstPush"/>, for pushes from there; else none.</param>
/// <param name="Stream">Not zero for requests and their answers; the ping's own number; else zero.</param>
/// <param name="Body">The body's bytes.</param>
public readonly record struct Frame(FrameType Type, Method Method, uint Stream, ReadOnlySequence<byte> Body);

/// <summary>What reading a frame gave.</summary>
public enum FrameStatus
{
    /// <summary>A whole, well-formed frame.</summary>
    Complete,

    /// <summary>More bytes are needed; what is there so far breaks no rule.</summary>
    Incomplete,

    /// <summary>Nothing but padding is left of a record.</summary>
    End,

    /// <summary>The length is under the header's or over the limit.</summary>
    BadLength,

    /// <summary>The type is unknown.</summary>
    BadType,

    /// <summary>The flags are not zero.</summary>
    BadFlags,

    /// <summary>Method, stream or body do not fit the type.</summary>
    BadShape,
}
