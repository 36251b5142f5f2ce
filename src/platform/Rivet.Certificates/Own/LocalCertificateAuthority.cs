using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Certificates.Folder;

namespace Rivet.Certificates.Own;

/// <summary>
/// A certificate authority for this server alone, so that browsers can trust the pages. Its certificate carries critical
/// name constraints (RFC 5280 §4.2.1.10): whoever trusts it trusts it for the server's own names and for nothing else,
/// even if the key is stolen. Devices do not depend on it; they pin the server's identity key.
/// </summary>
internal sealed class LocalCertificateAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);
    private readonly Lock gate = new();
    private readonly X509Certificate2 authority;
    private readonly TimeProvider time;
    private readonly IReadOnlyList<string> hosts;
    private X509Certificate2? server;

    private LocalCertificateAuthority(X509Certificate2 authority, IReadOnlyList<string> hosts, TimeProvider time)
    {
        this.authority = authority;
        this.hosts = hosts;
        this.time = time;
    }

    /// <summary>Opens the authority, or makes one: its key into the keys folder (mode 0600), its certificate beside the data.</summary>
    public static LocalCertificateAuthority Open(string keyFile, string certificateFile, IReadOnlyList<string> hosts, TimeProvider time)
    {
        if (!File.Exists(keyFile))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            PrivateFile.Write(keyFile, made.ExportPkcs8PrivateKeyPem());
            File.Delete(certificateFile);
        }

        using var key = ReadKey(keyFile);
        var certificate = File.Exists(certificateFile) ? X509CertificateLoader.LoadCertificateFromFile(certificateFile) : null;
        if (certificate is null || !Serves(certificate, key, hosts, time.GetUtcNow()))
        {
            certificate = MakeAuthority(key, hosts, time.GetUtcNow());
            File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        }

        return new LocalCertificateAuthority(certificate.HasPrivateKey ? certificate : certificate.CopyWithPrivateKey(key), hosts, time);
    }

    /// <summary>The server's certificate with its chain; renewed here a month before it ends, without a restart.</summary>
    public X509Certificate2 Current()
    {
        lock (gate)
        {
            if (server is null || server.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime < RenewBefore)
            {
                server = Issue();
            }

            return server;
        }
    }

    /// <summary>Another certificate, due or not.</summary>
    public X509Certificate2 Renew()
    {
        lock (gate)
        {
            return server = Issue();
        }
    }

    /// <summary>The authority's public certificate.</summary>
    public X509Certificate2 Authority => authority;

    public void Dispose()
    {
        authority.Dispose();
        server?.Dispose();
    }

    private X509Certificate2 Issue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hosts[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        request.CertificateExtensions.Add(Names());
        var now = time.GetUtcNow();
        var notAfter = now + ServerLifetime;
        var end = new DateTimeOffset(authority.NotAfter.ToUniversalTime());
        using var issued = request.Create(authority, now.AddHours(-1), notAfter < end ? notAfter : end, RandomNumberGenerator.GetBytes(16));
        using var withKey = issued.CopyWithPrivateKey(key);

        // The TLS library wants a key of its own, not the handle that ends with this method.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private X509Extension Names()
    {
        var names = new SubjectAlternativeNameBuilder();
        if (!hosts.Contains("localhost"))
        {
            names.AddDnsName("localhost");
        }

        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        foreach (var host in hosts)
        {
            if (!IPAddress.TryParse(host, out var address))
            {
                names.AddDnsName(host);
            }
            else if (!IPAddress.IsLoopback(address))
            {
                names.AddIpAddress(address);
            }
        }

        return names.Build();
    }

    private static X509Certificate2 MakeAuthority(ECDsa key, IReadOnlyList<string> hosts, DateTimeOffset now)
    {
        var request = new CertificateRequest($"CN=Rivet local authority for {hosts[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(NameConstraints.Permit(hosts));
        return request.CreateSelfSigned(now.AddHours(-1), now + AuthorityLifetime);
    }

    /// <summary>Whether a stored certificate is this key's, still good, and for these hosts.</summary>
    private static bool Serves(X509Certificate2 certificate, ECDsa key, IReadOnlyList<string> hosts, DateTimeOffset now)
    {
        using var own = certificate.GetECDsaPublicKey();
        return own is not null
            && own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())
            && certificate.NotAfter.ToUniversalTime() - now.UtcDateTime > ServerLifetime
            && certificate.Extensions.Any(extension => extension.Oid?.Value == NameConstraints.Oid
                && extension.RawData.AsSpan().SequenceEqual(NameConstraints.Permit(hosts).RawData));
    }

    private static ECDsa ReadKey(string path)
    {
        PrivateFile.RefuseIfOpen(path);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (ArgumentException exception)
        {
            key.Dispose();
            throw new CertificateFolderException($"{path} holds no key. Move it away to get a new certificate authority.", exception);
        }
    }
}
