using System.Security.Cryptography;
using System.Text;

namespace Rivet.Identity.Sealing;

/// <summary>
/// A company's key for blind indexes: HMAC-SHA-256 (RFC 2104) of a value that must be unique but not readable. Who
/// holds only the store can neither read the value nor try a list of likely ones.
/// </summary>
internal sealed class IndexKey(byte[] secret)
{
    public const int Size = 32;

    public static byte[] CreateSecret() => RandomNumberGenerator.GetBytes(Size);

    public byte[] OfHandle(string handle) => Compute("handle", handle);

    public byte[] OfExternalId(string source, string externalId) => Compute("external", source, externalId);

    public override string ToString() => "[redacted]";

    /// <summary>Each part goes in with its length, so that no two lists of parts read the same.</summary>
    private byte[] Compute(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(bytes.Length)));
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}
