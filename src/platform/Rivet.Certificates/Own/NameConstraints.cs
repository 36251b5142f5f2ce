using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Certificates.Own;

/// <summary>The name constraints extension (RFC 5280 §4.2.1.10), which .NET cannot build by itself.</summary>
internal static class NameConstraints
{
    public const string Oid = "2.5.29.30";

    /// <summary>Permits localhost, the loopback addresses and the given hosts; every other name and address is excluded.</summary>
    public static X509Extension Permit(IEnumerable<string> hosts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        var permittedSubtrees = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        using (writer.PushSequence())
        using (writer.PushSequence(permittedSubtrees))
        {
            WriteName(writer, "localhost");
            WriteAddress(writer, IPAddress.Loopback);
            WriteAddress(writer, IPAddress.IPv6Loopback);
            foreach (var host in hosts.Where(host => host != "localhost"))
            {
                if (IPAddress.TryParse(host, out var address))
                {
                    WriteAddress(writer, address);
                }
                else
                {
                    WriteName(writer, host);
                }
            }
        }

        return new X509Extension(Oid, writer.Encode(), critical: true);
    }

    private static void WriteName(AsnWriter writer, string name)
    {
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
        }
    }

    /// <summary>An address and a mask of all ones.</summary>
    private static void WriteAddress(AsnWriter writer, IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        using (writer.PushSequence())
        {
            writer.WriteOctetString([.. bytes, .. Enumerable.Repeat((byte)0xFF, bytes.Length)], new Asn1Tag(TagClass.ContextSpecific, 7));
        }
    }
}
