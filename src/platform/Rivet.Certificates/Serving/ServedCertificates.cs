using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Rivet.Certificates.Challenges;
using Rivet.Certificates.Checking;
using Rivet.Certificates.Folder;
using Rivet.Certificates.Own;

namespace Rivet.Certificates.Serving;

/// <summary>
/// The certificates of the port. A swap is one reference: connections that stand keep theirs, the next handshake gets the
/// new one.
/// </summary>
public sealed class ServedCertificates : IDisposable
{
    private readonly LocalCertificateAuthority authority;
    private readonly HashSet<string> ownNames;
    private volatile Shown? given;
    private volatile Shown own;

    private ServedCertificates(CertificatesOptions options, CertificateFolder folder, LocalCertificateAuthority authority, TimeProvider time)
    {
        Options = options;
        Folder = folder;
        Time = time;
        this.authority = authority;
        AlpnPort = new TlsAlpnPort(time);
        own = Shown.Of(authority.Current());
        ownNames = new HashSet<string>(options.Hosts.Append("localhost"), StringComparer.OrdinalIgnoreCase);
    }

    internal CertificatesOptions Options { get; }

    internal CertificateFolder Folder { get; }

    internal TimeProvider Time { get; }

    internal TlsAlpnPort AlpnPort { get; }

    /// <summary>What a client without a name, or with a name the certificate is for, is shown.</summary>
    public CertificateFacts Now => (given ?? Own()).Facts;

    /// <summary>The kept certificate in use; null while the local authority's is.</summary>
    internal CertificateBundle? Bundle => given?.Bundle;

    /// <summary>Opens the folder and the local authority, making both at the first start.</summary>
    /// <exception cref="CertificateFolderException">Something has to be put right first: a damaged file, or a key that others can read.</exception>
    public static ServedCertificates Open(CertificatesOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var authority = LocalCertificateAuthority.Open(options.AuthorityKeyFile, options.AuthorityCertificateFile, options.Hosts, time);
        try
        {
            var folder = new CertificateFolder(options.Folder);
            folder.Sweep();
            folder.Hosts = [.. options.Hosts];
            var served = new ServedCertificates(options, folder, authority, time);
            served.Reload();
            return served;
        }
        catch
        {
            authority.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The certificate for a handshake; cheap. A client that asks for one of the server's own names which the operator's
    /// certificate is not for (<c>localhost</c>, say) is shown the local authority's.
    /// </summary>
    /// <param name="serverName">The name the client asks for; null or empty for none.</param>
    public SslStreamCertificateContext For(string? serverName)
        => given is { } kept && (string.IsNullOrEmpty(serverName) || kept.IsFor(serverName) || !ownNames.Contains(serverName))
            ? kept.Context
            : Own().Context;

    /// <summary>Stands ahead of the port's TLS and leaves it alone unless a name is being proven (RFC 8737).</summary>
    public ConnectionDelegate Ahead(ConnectionDelegate next) => AlpnPort.Ahead(next);

    /// <inheritdoc/>
    public void Dispose() => authority.Dispose();

    /// <summary>Reads the folder again. Gives why a kept certificate cannot be used; what was served is then served on.</summary>
    internal CertificateRefusal? Reload()
    {
        var settings = Folder.Settings;
        var source = settings.Source;
        if (source is CertificateSourceKind.Acme && Folder.Renewal.IssuedFor != settings.Choice)
        {
            source = settings.Until;
        }

        var kept = Folder.Bundle(source);

        if (source is CertificateSourceKind.Own || kept is not { } read)
        {
            given = null;
            return null;
        }

        if (!read.TryGet(out var bundle, out var why))
        {
            return why;
        }

        var facts = CertificateFacts.Of(bundle.Leaf, source);
        if (given?.Facts.Fingerprint != facts.Fingerprint || given.Facts.Source != source)
        {
            given = new Shown(facts, SslStreamCertificateContext.Create(bundle.Leaf, [.. bundle.Chain], offline: true)) { Bundle = bundle };
        }

        return null;
    }

    /// <summary>Makes another certificate of the local authority.</summary>
    internal void RenewOwn() => own = Shown.Of(authority.Renew());

    private Shown Own()
    {
        var newest = authority.Current();
        if (!ReferenceEquals(own.Context.TargetCertificate, newest))
        {
            own = Shown.Of(newest);
        }

        return own;
    }

    private sealed record Shown(CertificateFacts Facts, SslStreamCertificateContext Context)
    {
        private readonly HashSet<string> exact = new(Facts.Names, StringComparer.OrdinalIgnoreCase);

        public CertificateBundle? Bundle { get; init; }

        public static Shown Of(X509Certificate2 own)
            => new(CertificateFacts.Of(own, CertificateSourceKind.Own), SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true));

        public bool IsFor(string name) => exact.Contains(name) || (Bundle?.Covers(name) ?? false);
    }
}
