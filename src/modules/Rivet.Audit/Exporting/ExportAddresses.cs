using System.Net;
using System.Net.Sockets;

namespace Rivet.Audit.Exporting;

/// <summary>
/// Where an export may go: nowhere that only answers a machine about itself, and a webhook, whose request a company's administrator words, not into
/// the networks behind the server unless its owner says so.
/// </summary>
internal static class ExportAddresses
{
    /// <summary>Where clouds tell a machine its own secrets, outside link-local ranges.</summary>
    private static readonly IPAddress[] Metadata = [IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    public static bool IsPossible(IPAddress address, ExportKind kind, AuditOptions options)
    {
        var plain = Plain(address);
        return !IsNobodys(plain)
            && (IPAddress.IsLoopback(plain) ? options.ExportsToLoopback : kind is ExportKind.Syslog || options.WebhooksToPrivateNetworks || !IsPrivate(plain));
    }

    private static bool IsNobodys(IPAddress address)
        => address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.IsIPv6Multicast || Metadata.Contains(address)
            || (address.AddressFamily is AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..] or [0, ..] or [>= 224, ..]);

    private static bool IsPrivate(IPAddress address)
        => address.AddressFamily is AddressFamily.InterNetwork
            ? address.GetAddressBytes() is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [192, 0, 0, ..] or [198, 18 or 19, ..] or [100, >= 64 and <= 127, ..]
            : address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal;

    /// <summary>The IPv4 address that an IPv6 one stands for (RFC 4291 §2.5.5, RFC 6052 §2.1, RFC 8215, RFC 3056); else itself.</summary>
    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        return address.AddressFamily is not AddressFamily.InterNetworkV6 ? address : address.GetAddressBytes() switch
        {
            [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. var last] => new IPAddress(last),
            [0x00, 0x64, 0xff, 0x9b, 0, 1, _, _, _, _, _, _, .. var last] => new IPAddress(last),
            [0x20, 0x02, var a, var b, var c, var d, ..] => new IPAddress([a, b, c, d]),
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. var last] when last is not [0, 0, 0, 0 or 1] => new IPAddress(last),
            _ => address,
        };
    }
}
