using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Rivet.Lws.Agreement;

/// <summary>Parsing of received Protobuf, where hostile bytes are a value and not an exception.</summary>
internal static class Protobuf
{
    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> body, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        try
        {
            message = parser.ParseFrom(body.Span);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = null;
            return false;
        }
    }
}
