using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Rivet.Certificates;

/// <summary>Where a server keeps its certificates, and what it is called.</summary>
public sealed class CertificatesOptions
{
    /// <summary>The folder of certificates, their keys and the account's, absolute; outside the data, whose copies hold no key.</summary>
    [Required]
    public required string Folder { get; init; }

    /// <summary>The file of the local authority's key.</summary>
    [Required]
    public required string AuthorityKeyFile { get; init; }

    /// <summary>The file of the local authority's public certificate.</summary>
    [Required]
    public required string AuthorityCertificateFile { get; init; }

    /// <summary>The names and addresses people reach the server by, the public one first.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Where the plain port of HTTP-01 listens while an order is open.</summary>
    public IPAddress HttpAddress { get; init; } = IPAddress.IPv6Any;

    /// <summary>How often the folder is looked at for what a command left there.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromMilliseconds(500);
}
