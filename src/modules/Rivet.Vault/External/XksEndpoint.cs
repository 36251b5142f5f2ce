using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Rivet.Kernel;

namespace Rivet.Vault.External;

/// <summary>Where a company's external key is (XKS Proxy API specification, "API operations"): an address, a key, and who may be believed there.</summary>
internal sealed partial record XksEndpoint
{
    private XksEndpoint()
    {
    }

    /// <summary>Whose key it is.</summary>
    public required CompanyId Company { get; init; }

    /// <summary><c>https://HOST[:PORT][/PREFIX]/kms/xks/v1</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>The key's name at the service; 1 to 128 of letters, digits, <c>-._</c>.</summary>
    public required string KeyId { get; init; }

    /// <summary>The region that signatures name.</summary>
    public required string Region { get; init; }

    /// <summary>The one certificate that is believed, in DER; null for those the system trusts.</summary>
    public ReadOnlyMemory<byte>? Pinned { get; init; }

    /// <summary>Whether the service may be on this very machine.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>The whole of a call must be over by then (the specification's own limit).</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Reads an endpoint as an administrator gives it; the certificate in PEM, null for the system's trust.</summary>
    public static bool TryCreate(CompanyId company, string? address, string? keyId, string? region, string? certificate, [NotNullWhen(true)] out XksEndpoint? endpoint)
    {
        endpoint = null;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || uri.UserInfo.Length > 0 || uri.Query.Length > 0
            || uri.Fragment.Length > 0 || uri.AbsoluteUri.Length > 256 || !Path().IsMatch(uri.AbsolutePath) || !Key().IsMatch(keyId ?? "") || !Place().IsMatch(region ?? "")
            || !TryReadPin(certificate, out var pin))
        {
            return false;
        }

        endpoint = new XksEndpoint { Company = company, Address = uri, KeyId = keyId!, Region = region!, Pinned = pin };
        return true;
    }

    private static bool TryReadPin(string? certificate, out ReadOnlyMemory<byte>? pin)
    {
        pin = null;
        if (certificate is null)
        {
            return true;
        }

        try
        {
            using var read = X509Certificate2.CreateFromPem(certificate);
            pin = read.RawData;
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A(/[A-Za-z0-9_-]+)*/kms/xks/v1\z")]
    private static partial Regex Path();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,128}\z")]
    private static partial Regex Key();

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\z")]
    private static partial Regex Place();
}
