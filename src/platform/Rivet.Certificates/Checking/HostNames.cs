using System.Net;

namespace Rivet.Certificates.Checking;

/// <summary>Names that a certificate authority can check over the network.</summary>
internal static class HostNames
{
    private const int MaxLength = 253;

    /// <summary>A DNS name in ASCII and lower case; no address, no wildcard (which only DNS can prove).</summary>
    public static bool TryParse(string? text, out string name)
    {
        name = (text ?? "").Trim().TrimEnd('.').ToLowerInvariant();
        return name.Length is > 0 and <= MaxLength && !IPAddress.TryParse(name, out _) && Array.TrueForAll(name.Split('.'), IsLabel);
    }

    private static bool IsLabel(string label)
        => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(sign => sign is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}
