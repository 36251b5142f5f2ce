using System.Net;
using System.Net.Sockets;

namespace Rivet.Audit.Witnessing;

/// <summary>Where a witness may be: also inside the company's own network, but nowhere that only answers a machine about itself.</summary>
internal static class WitnessAddresses
{
    /// <summary>Where clouds tell a machine its own secrets, outside link-local ranges.</summary>
    private static readonly IPAddress[] Metadata = [IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    public static bool IsPossible(IPAddress address, bool isClear)
    {
        var plain = Plain(address);
        return isClear ? IPAddress.IsLoopback(plain)
            : !plain.Equals(IPAddress.IPv6Any) && !plain.IsIPv6LinkLocal && !plain.IsIPv6Multicast && !Metadata.Contains(plain)
                && (plain.AddressFamily is not AddressFamily.InterNetwork || plain.GetAddressBytes() is not ([169, 254, ..] or [0, ..] or [>= 224, ..]));
    }

    /// <summary>The IPv4 address that an IPv6 one stands for (RFC 4291 §2.5.5, RFC 6052 §2.1); else itself.</summary>
    private static IPAddress Plain(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
            : address.AddressFamily is AddressFamily.InterNetworkV6 && address.GetAddressBytes() is [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. var last]
                ? new IPAddress(last)
                : address;
}
