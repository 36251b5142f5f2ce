using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Verify;

/// <summary>Whose certificates a server may show: what the machine trusts, or only what a file holds.</summary>
internal static class ServerTrust
{
    /// <exception cref="VerifyException">The file holds no certificate.</exception>
    public static SslClientAuthenticationOptions Of(string? file)
    {
        var options = new SslClientAuthenticationOptions();
        if (file is null)
        {
            return options;
        }

        var pinned = Read(file);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(pinned);
        options.CertificateChainPolicy = policy;

        // A server's own certificate, given itself: no chain leads to it, but the name must still be right, and its time.
        options.RemoteCertificateValidationCallback = (_, shown, _, errors)
            => errors is SslPolicyErrors.None
                || (errors is SslPolicyErrors.RemoteCertificateChainErrors && shown is X509Certificate2 certificate && IsInTime(certificate)
                    && pinned.Any(one => one.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)));
        return options;
    }

    private static bool IsInTime(X509Certificate2 certificate)
    {
        var now = TimeProvider.System.GetLocalNow().DateTime;
        return certificate.NotBefore <= now && now <= certificate.NotAfter;
    }

    private static X509Certificate2Collection Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // As if it were empty.
        }

        return certificates.Count > 0 ? certificates : throw new VerifyException(Words.Of("certificate.wrong", file));
    }
}
