using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Certificates.Checking;
using Rivet.Certificates.Folder;
using Rivet.Kernel;

namespace Rivet.Certificates;

/// <summary>
/// What the owner of the folder may ask, whether the server runs or not: everything goes through files, which a running
/// server takes over within a second.
/// </summary>
/// <param name="folder">The folder of certificates, absolute; made if it is missing.</param>
/// <param name="time">The clock that dates are judged by.</param>
public sealed class CertificateDesk(string folder, TimeProvider time)
{
    private const int MaxNames = 100;
    private const int MaxContact = 254;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private readonly CertificateFolder files = new(folder);

    /// <summary>What is wanted and served, as the server left it.</summary>
    /// <exception cref="CertificateFolderException">A file is damaged, or others can read a key.</exception>
    public CertificateState Show()
    {
        var settings = files.Settings;
        var renewal = files.Renewal;
        var isThere = settings.Source is CertificateSourceKind.Imported || (settings.Source is CertificateSourceKind.Acme && renewal.IssuedFor == settings.Choice);
        var kept = isThere ? files.Bundle(settings.Source) : null;
        return new CertificateState
        {
            Wanted = settings.Source,
            Acme = settings.Acme,
            Served = files.Served,
            Kept = kept is { IsOk: true } good ? CertificateFacts.Of(good.Value.Leaf, settings.Source) : null,
            Hosts = files.Hosts,
            RenewAt = settings.Source is not CertificateSourceKind.Acme ? null
                : renewal.Failures > 0 ? renewal.RetryAt
                : kept is { IsOk: true } issued ? Serving.RenewalClock.Due(issued.Value) : null,
            LastRefusal = renewal.LastRefusal,
        };
    }

    /// <summary>
    /// Takes over a chain and its key, PEM or PKCS#12, after every check; what was there stays when one fails.
    /// </summary>
    /// <param name="chain">The file; certificates in any order, perhaps with the key.</param>
    /// <param name="key">A file of its own for the key; empty for none.</param>
    /// <param name="password">Of the key or the PKCS#12 file; null for none.</param>
    /// <param name="name">What it must be valid for; null for the server's public name at its newest start.</param>
    public Result<(Guid Wish, CertificateFacts Facts), CertificateRefusal> Import(ReadOnlySpan<byte> chain, ReadOnlySpan<byte> key, string? password, string? name)
    {
        if (!BundleFile.Read(chain, key, password).TryGet(out var bundle, out var why))
        {
            return why;
        }

        string[] wanted = name is not null ? [name] : [.. files.Hosts.Take(1)];
        if (bundle.Names is [])
        {
            return new CertificateRefusal(CertificateRefusal.NamesMissing);
        }

        if (CertificateCheck.Judge(bundle, wanted, time.GetUtcNow()) is { } wrong)
        {
            return wrong;
        }

        files.Keep(CertificateSourceKind.Imported, bundle);
        return (Put(new Settings { Source = CertificateSourceKind.Imported, Acme = files.Settings.Acme }, renew: false), CertificateFacts.Of(bundle.Leaf, CertificateSourceKind.Imported));
    }

    /// <summary>Goes back to the local authority's certificate, or to the one that was imported last; an ACME server is chosen by its settings.</summary>
    public Result<Guid, CertificateRefusal> Use(CertificateSourceKind source)
    {
        if (source is CertificateSourceKind.Imported && files.Bundle(source) is not { IsOk: true })
        {
            return new CertificateRefusal(CertificateRefusal.NoCertificate);
        }

        return source is CertificateSourceKind.Acme
            ? new CertificateRefusal(CertificateRefusal.AddressInvalid)
            : Put(files.Settings with { Source = source }, renew: false);
    }

    /// <summary>Wants certificates from an ACME server from now on; the first is asked for at once. The caller saw the terms agreed to.</summary>
    public Result<Guid, CertificateRefusal> Use(AcmeSettings acme)
    {
        ArgumentNullException.ThrowIfNull(acme);
        if (acme.Directory is not { IsAbsoluteUri: true, UserInfo: "" } || acme.Directory.Scheme != Uri.UriSchemeHttps)
        {
            return new CertificateRefusal(CertificateRefusal.AddressInvalid, PlainText.Of(acme.Directory.OriginalString));
        }

        var names = new List<string>();
        foreach (var text in acme.Names)
        {
            if (!HostNames.TryParse(text, out var name) || names.Count >= MaxNames)
            {
                return new CertificateRefusal(CertificateRefusal.NameInvalid, PlainText.Of(text));
            }

            names.Add(name);
        }

        var contact = acme.Contact?.Replace("mailto:", "", StringComparison.Ordinal);
        if (names.Count == 0 || (contact is not null && !IsAddress(contact)))
        {
            return new CertificateRefusal(names.Count == 0 ? CertificateRefusal.NameInvalid : CertificateRefusal.ContactInvalid, PlainText.Of(contact));
        }

        if (acme.Roots is not null && !AreCertificates(acme.Roots))
        {
            return new CertificateRefusal(CertificateRefusal.NoCertificate);
        }

        var before = files.Settings;
        var until = before.Source is CertificateSourceKind.Acme && files.Renewal.IssuedFor != before.Choice ? before.Until : before.Source;
        return Put(new Settings { Source = CertificateSourceKind.Acme, Choice = Guid.NewGuid(), Until = until, Acme = acme with { Names = [.. names.Distinct()], Contact = contact } }, renew: true);
    }

    /// <summary>Wants another certificate now, due or not, whatever back-off there is.</summary>
    public Result<Guid, CertificateRefusal> Renew()
        => files.Settings.Source is CertificateSourceKind.Imported ? new CertificateRefusal(CertificateRefusal.NoCertificate) : Put(null, renew: true);

    /// <summary>Follows a wish until the server has answered it.</summary>
    /// <param name="wish">Which.</param>
    /// <param name="step">Is told of each step once, a word with a text of its own.</param>
    /// <param name="patience">How long a server may take to notice it; a server that does not run does not.</param>
    /// <param name="ct">Stops following; the wish stays.</param>
    public async Task<WishEnd> FollowAsync(Guid wish, Action<string> step, TimeSpan patience, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(step);
        var begun = time.GetTimestamp();
        var last = "";
        while (true)
        {
            var report = files.Report;
            if (report.Wish == wish)
            {
                if (report.Done)
                {
                    return new WishEnd(Answered: true, report.Refusal);
                }

                if (report.Step != last)
                {
                    step(last = report.Step);
                }
            }
            else if (files.Wish?.Id != wish)
            {
                return new WishEnd(Answered: true, new CertificateRefusal(CertificateRefusal.Replaced));
            }
            else if (time.GetElapsedTime(begun) > patience)
            {
                return new WishEnd(Answered: false, null);
            }

            await Task.Delay(Glance, time, ct);
        }
    }

    private Guid Put(Settings? settings, bool renew)
    {
        if (settings is not null)
        {
            files.Settings = settings;
        }

        var wish = new Wish(Guid.NewGuid(), renew);
        files.Wish = wish;
        return wish.Id;
    }

    private static bool IsAddress(string contact)
        => contact.Length <= MaxContact && contact.Split('@') is [{ Length: > 0 }, { Length: > 0 } host] && HostNames.TryParse(host, out _)
            && contact.All(sign => sign is > ' ' and < (char)0x7F and not (',' or '?' or '"' or '\\' or '<' or '>' or '%'));

    private static bool AreCertificates(string pem)
    {
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(pem);
            return roots.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>How a wish ended.</summary>
/// <param name="Answered">False when no server noticed it in time; it stays, and the next start fulfils it.</param>
/// <param name="Refusal">Why not; null when it was fulfilled.</param>
public sealed record WishEnd(bool Answered, CertificateRefusal? Refusal);

/// <summary>How things stand.</summary>
public sealed record CertificateState
{
    /// <summary>What the operator wants.</summary>
    public required CertificateSourceKind Wanted { get; init; }

    /// <summary>The ACME server asked, or asked last.</summary>
    public required AcmeSettings? Acme { get; init; }

    /// <summary>What the server served when it wrote it down last; null before its first start.</summary>
    public required CertificateFacts? Served { get; init; }

    /// <summary>What is kept of the wanted source; null for the local authority, or where there is none yet.</summary>
    public required CertificateFacts? Kept { get; init; }

    /// <summary>The server's names at its newest start, the public one first.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>When the next renewal is tried; null where nothing renews by itself.</summary>
    public required DateTimeOffset? RenewAt { get; init; }

    /// <summary>Why the last renewal failed; null when it did not.</summary>
    public required CertificateRefusal? LastRefusal { get; init; }
}
