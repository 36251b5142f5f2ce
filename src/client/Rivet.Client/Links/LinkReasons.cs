using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client.Links;

/// <summary>The stable keys of what ends or prevents a link.</summary>
internal static class LinkReasons
{
    public static string Key(LinkRefusal refusal) => refusal switch
    {
        LinkRefusal.Unreachable => "link.unreachable",
        LinkRefusal.TlsRefused => "link.tls-refused",
        LinkRefusal.WrongServerKey => "link.wrong-server-key",
        LinkRefusal.Refused => "link.refused",
        LinkRefusal.VersionMismatch => "link.version",
        LinkRefusal.ProtocolError => "link.protocol-error",
        LinkRefusal.Unavailable => "link.unavailable",
        _ => "link.lost",
    };

    public static string Key(CloseReason reason) => reason switch
    {
        CloseReason.Goodbye => "link.goodbye",
        CloseReason.ShuttingDown => "link.shutting-down",
        CloseReason.SignedOut => "link.signed-out",
        CloseReason.Refused => "link.refused",
        CloseReason.ProtocolError => "link.protocol-error",
        CloseReason.TooSlow => "link.too-slow",
        CloseReason.Replaced => "link.replaced",
        CloseReason.Version => "link.version",
        CloseReason.Idle => "link.idle",
        _ => "link.lost",
    };

    /// <summary>Whether trying again on one's own would be wrong: a person has to look.</summary>
    public static bool IsFinal(LinkRefusal refusal)
        => refusal is LinkRefusal.WrongServerKey or LinkRefusal.Refused or LinkRefusal.VersionMismatch;

    /// <inheritdoc cref="IsFinal(LinkRefusal)"/>
    public static bool IsFinal(CloseReason reason) => reason is CloseReason.SignedOut or CloseReason.Version;
}
