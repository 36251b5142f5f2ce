using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Cryptography.Sodium.Tls;

namespace Rivet.Client.Native.Tls;

/// <summary>What <see cref="LinkInspection"/> saw.</summary>
public sealed record InspectedLink
{
    /// <summary>The TLS version.</summary>
    public required SslProtocols Protocol { get; init; }

    /// <summary>The cipher suite.</summary>
    public required TlsCipherSuite Suite { get; init; }

    /// <summary>The group's name, or its number where it has none here; null where this machine's TLS library cannot be asked.</summary>
    public required string? Group { get; init; }

    /// <summary>The application protocol (RFC 7301).</summary>
    public required string Alpn { get; init; }

    /// <summary>SHA-256 over the certificate's DER.</summary>
    public required ReadOnlyMemory<byte> CertificateHash { get; init; }

    /// <summary>From when on the certificate is valid. Devices do not judge it; browsers do.</summary>
    public required DateTimeOffset ValidFrom { get; init; }

    /// <summary>Until when the certificate is valid.</summary>
    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>The channel bindings this machine can compute, the stronger first.</summary>
    public required IReadOnlyList<string> Bindings { get; init; }

    /// <summary>The Ed25519 identity key the server names.</summary>
    public ReadOnlyMemory<byte> IdentityKey { get; init; }

    /// <summary>The X25519 static key the server names.</summary>
    public ReadOnlyMemory<byte> StaticKey { get; init; }

    /// <summary>Whether the server proved over this channel that it holds the identity key, and chose by the rules.</summary>
    public bool IsProven { get; init; }

    /// <summary>The versions it offers, in its order.</summary>
    public IReadOnlyList<uint> Versions { get; init; } = [];

    /// <summary>The features it offers.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>What TLS says of the connection; the rest is the handshake's.</summary>
    internal static InspectedLink Of(SslStream tls, bool hasExporter, bool hasEndPoint)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return new InspectedLink
        {
            Protocol = tls.SslProtocol,
            Suite = tls.NegotiatedCipherSuite,
            Group = TlsChannel.Group(tls) switch
            {
                null => null,
                TlsGroups.X25519 => "X25519",
                TlsGroups.X25519MlKem768 => "X25519MLKEM768",
                var other => other.Value.ToString(CultureInfo.InvariantCulture),
            },
            Alpn = tls.NegotiatedApplicationProtocol.ToString(),
            CertificateHash = SHA256.HashData(certificate.RawDataMemory.Span),
            ValidFrom = certificate.NotBefore.ToUniversalTime(),
            ValidUntil = certificate.NotAfter.ToUniversalTime(),
            Bindings = [.. Bound("tls-exporter", hasExporter), .. Bound("tls-server-end-point", hasEndPoint)],
        };
    }

    private static string[] Bound(string kind, bool present) => present ? [kind] : [];
}
