using System.Buffers;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>Reads a close frame.</summary>
internal static class LinkClose
{
    public static CloseReason Read(ReadOnlySequence<byte> body)
    {
        try
        {
            return Close.Parser.ParseFrom(body).Reason;
        }
        catch (InvalidProtocolBufferException)
        {
            return CloseReason.ProtocolError;
        }
    }
}
