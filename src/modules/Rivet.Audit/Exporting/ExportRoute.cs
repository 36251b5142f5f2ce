using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Audit.Exporting;

/// <summary>The way to one receiver, for one batch: found, judged, connected and protected, or it says where it stopped.</summary>
internal sealed class ExportRoute(ExportSettings settings, AuditOptions options, TimeProvider time)
{
    /// <summary>How long a receiver may take to answer at all.</summary>
    internal static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>How far it came.</summary>
    public ExportStep At { get; set; } = ExportStep.Find;

    /// <summary>TLS 1.2 or 1.3, the receiver's own name and a known authority, or exactly the pinned certificate.</summary>
    public SslClientAuthenticationOptions Tls() => new()
    {
        TargetHost = settings.Host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors),

        // A certificate could name places to fetch others from: the server asks nobody on a receiver's word.
        CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
    };

    /// <summary>A connection to the addresses that were judged, so that a name that changes meanwhile leads nowhere else.</summary>
    public async ValueTask<NetworkStream> OpenAsync(CancellationToken ct)
    {
        var addresses = await FindAsync(ct);
        At = ExportStep.Connect;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = new CancellationTokenSource(ConnectLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            await socket.ConnectAsync(addresses, settings.Port, either.Token);
            At = ExportStep.Protect;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            throw exception is OperationCanceledException && !ct.IsCancellationRequested ? new IOException("Nobody answers.") : exception;
        }
    }

    private async ValueTask<IPAddress[]> FindAsync(CancellationToken ct)
    {
        IPAddress[] found = IPAddress.TryParse(settings.Host, out var given) ? [given] : await Dns.GetHostAddressesAsync(settings.Host, ct);
        return found.Where(address => ExportAddresses.IsPossible(address, settings.Kind, options)).ToArray() is { Length: > 0 } possible
            ? possible
            : throw new IOException("No export goes there.");
    }

    private bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors)
    {
        var trusted = settings.Fingerprint.Length == 0
            ? errors == SslPolicyErrors.None
            : certificate is not null && Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData())) == settings.Fingerprint;
        At = trusted ? ExportStep.Send : ExportStep.Trust;
        return trusted;
    }
}
