using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Lws;

namespace Rivet.Hosting.Link.Tls;

/// <summary>
/// Proves at start, by handshakes in memory, what <see cref="TlsPolicy"/> rests on: the group can be read, X25519 passes,
/// P-256 does not, and both ends export the same value. A server that cannot prove it must not run.
/// </summary>
internal static class TlsSelfTest
{
    public static async Task RunAsync(TimeProvider time, CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux() || !OpenSslClient.IsPresent)
        {
            throw new PlatformNotSupportedException("Rivet's server needs Linux with OpenSSL 3: it cannot judge TLS groups elsewhere.");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = time.GetUtcNow();
        using var certificate = new CertificateRequest("CN=rivet self-test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);

        await CheckAsync(context, "X25519", expected: true, ct);
        await CheckAsync(context, "P-256", expected: false, ct);
    }

    private static async Task CheckAsync(SslStreamCertificateContext context, string group, bool expected, CancellationToken ct)
    {
        using var client = new OpenSslClient(group);
        await using var tls = new SslStream(client, leaveInnerStreamOpen: true);
        var options = new SslServerAuthenticationOptions();
        TlsPolicy.Apply(options, context);
        await tls.AuthenticateAsServerAsync(options, ct);

        if (TlsPolicy.Judge(tls, out var found) != expected || found is null)
        {
            throw new InvalidOperationException($"The TLS self-test failed: a connection over {group} was judged as group {found?.ToString() ?? "unknown"}.");
        }

        var exported = TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize);
        var expectedExport = client.Export(LwsConstants.ExporterLabel, LwsConstants.ExporterSize);
        if (exported is null || !CryptographicOperations.FixedTimeEquals(exported, expectedExport))
        {
            throw new InvalidOperationException("The TLS self-test failed: the two ends export different values.");
        }
    }
}
