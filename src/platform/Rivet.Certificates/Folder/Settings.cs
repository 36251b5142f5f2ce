namespace Rivet.Certificates.Folder;

/// <summary>Where the served certificate comes from.</summary>
public enum CertificateSourceKind
{
    /// <summary>The server's own local authority.</summary>
    Own = 0,

    /// <summary>A file the operator gave.</summary>
    Imported = 1,

    /// <summary>An ACME server.</summary>
    Acme = 2,
}

/// <summary>The two ways to prove a name here.</summary>
public enum ChallengeKind
{
    /// <summary>An answer on a plain HTTP port (RFC 8555 §8.3).</summary>
    Http = 0,

    /// <summary>An answer on the server's own port, which the world must see as 443 (RFC 8737).</summary>
    TlsAlpn = 1,
}

/// <summary>What the operator wants; only commands write it.</summary>
internal sealed record Settings
{
    public CertificateSourceKind Source { get; init; }

    /// <summary>Names this choice of an ACME server: a certificate of an earlier choice does not come back with the next.</summary>
    public Guid Choice { get; init; }

    /// <summary>What is served until the first certificate of this choice is there.</summary>
    public CertificateSourceKind Until { get; init; }

    public AcmeSettings? Acme { get; init; }
}

/// <summary>An ACME server and what is asked of it.</summary>
public sealed record AcmeSettings
{
    /// <summary>The address of its directory; https.</summary>
    public required Uri Directory { get; init; }

    /// <summary>The DNS names of the certificate.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Where the authority may write to, an e-mail address; null for nowhere.</summary>
    public string? Contact { get; init; }

    /// <summary>How the names are proven.</summary>
    public ChallengeKind Challenge { get; init; }

    /// <summary>The plain port of HTTP-01; the world must see it as 80.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>PEM of the authorities that the ACME server's own certificate is judged by; null for the system's.</summary>
    public string? Roots { get; init; }
}

/// <summary>What a command asks of the server; the newest counts.</summary>
/// <param name="Id">Names the wish, so that the answer can be told from older ones.</param>
/// <param name="Renew">Whether a new certificate is wanted, due or not; else the folder is only read again.</param>
internal sealed record Wish(Guid Id, bool Renew);

/// <summary>How far the server is with a wish.</summary>
internal sealed record Report
{
    /// <summary>Of the newest wish the server has seen.</summary>
    public Guid Wish { get; init; }

    public bool Done { get; init; }

    /// <summary>The step at hand while it is not done; a word with a text of its own.</summary>
    public string Step { get; init; } = "";

    /// <summary>Why it was refused; null when it was not.</summary>
    public CertificateRefusal? Refusal { get; init; }
}

/// <summary>When a renewal is tried again.</summary>
internal sealed record RenewalState
{
    /// <summary>The choice that the kept issued certificate is of.</summary>
    public Guid IssuedFor { get; init; }

    /// <summary>How many tries in a row failed.</summary>
    public int Failures { get; init; }

    /// <summary>Not before this.</summary>
    public DateTimeOffset RetryAt { get; init; }

    public CertificateRefusal? LastRefusal { get; init; }
}

/// <summary>An account at one ACME server. Its key is kept before the account is asked for: after a kill the same key finds it again.</summary>
internal sealed record AccountState
{
    public required Uri Directory { get; init; }

    public required string Key { get; init; }

    public Uri? Url { get; init; }

    /// <summary>The terms that were agreed to.</summary>
    public string? Terms { get; init; }

    public override string ToString() => $"{Url} [redacted]";
}

/// <summary>An order under way, with the key its certificate will have.</summary>
internal sealed record OrderState
{
    public required Uri Directory { get; init; }

    public required IReadOnlyList<string> Names { get; init; }

    public required Uri Url { get; init; }

    public required string Key { get; init; }

    public required DateTimeOffset Begun { get; init; }

    public override string ToString() => $"{Url} [redacted]";
}
