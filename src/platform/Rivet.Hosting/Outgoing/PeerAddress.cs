using System.Net;
using System.Net.Sockets;

namespace Rivet.Hosting.Outgoing;

/// <summary>
/// What stands behind an address that somebody else wants this server to connect to. Judge the address that is connected to, after its name was
/// resolved; an IPv6 address that stands for an IPv4 one is judged as that.
/// </summary>
public static class PeerAddress
{
    /// <summary>Where clouds tell a machine its own secrets, outside link-local ranges.</summary>
    private static readonly IPAddress[] Metadata = [IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    /// <summary>Whether it only answers a machine about itself, or answers nobody: unspecified, link-local, multicast, broadcast, a cloud's metadata. Nothing may go there.</summary>
    public static bool IsNobodys(IPAddress address)
    {
        var plain = Plain(address);
        return plain.Equals(IPAddress.IPv6Any) || plain.IsIPv6LinkLocal || plain.IsIPv6Multicast || Metadata.Contains(plain)
            || (plain.AddressFamily is AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, ..] or [0, ..] or [>= 224, ..]);
    }

    /// <summary>Whether it is this very machine.</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(Plain(address));

    /// <summary>Whether it lies in a network that the Internet does not route (RFC 1918, RFC 6598, RFC 2544, RFC 6890, RFC 4193).</summary>
    public static bool IsPrivate(IPAddress address)
    {
        var plain = Plain(address);
        return plain.AddressFamily is AddressFamily.InterNetwork
            ? plain.GetAddressBytes() is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [192, 0, 0, ..] or [198, 18 or 19, ..] or [100, >= 64 and <= 127, ..]
            : plain.IsIPv6UniqueLocal || plain.IsIPv6SiteLocal;
    }

    /// <summary>The IPv4 address that an IPv6 one stands for (RFC 4291 §2.5.5, RFC 6052 §2.1, RFC 8215, RFC 3056); else itself.</summary>
    private static IPAddress Plain(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
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
