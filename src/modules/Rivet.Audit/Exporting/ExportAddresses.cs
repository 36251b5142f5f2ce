using System.Net;
using Rivet.Hosting.Outgoing;

namespace Rivet.Audit.Exporting;

/// <summary>
/// Where an export may go: nowhere that only answers a machine about itself, and a webhook, whose request a company's administrator words, not into
/// the networks behind the server unless its owner says so.
/// </summary>
internal static class ExportAddresses
{
    public static bool IsPossible(IPAddress address, ExportKind kind, AuditOptions options)
        => !PeerAddress.IsNobodys(address)
            && (PeerAddress.IsLoopback(address) ? options.ExportsToLoopback : kind is ExportKind.Syslog || options.WebhooksToPrivateNetworks || !PeerAddress.IsPrivate(address));
}
