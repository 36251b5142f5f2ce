using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Link.Dialling;

/// <summary>Reads a welcome.</summary>
internal static class Welcomes
{
    /// <summary>The welcome; null when it is malformed.</summary>
    public static Welcome? TryRead(byte[] body)
    {
        try
        {
            var welcome = Welcome.Parser.ParseFrom(body);
            return EntityId.TryRead<DeviceId>(welcome.DeviceId.Span, out _)
                && EntityId.TryRead<PersonId>(welcome.PersonId.Span, out _)
                && EntityId.TryRead<CompanyId>(welcome.CompanyId.Span, out _)
                ? welcome
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
