using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Rivet.Kernel;

namespace Rivet.Audit.Exporting;

/// <summary>What a webhook is signed with. Its text never says it.</summary>
internal sealed class ExportSecret(string value)
{
    public byte[] Reveal() => Encoding.UTF8.GetBytes(value);

    public override string ToString() => "[redacted]";
}

/// <summary>Where an export goes and what of the log; proven to be of its form.</summary>
internal sealed record ExportSettings
{
    public const int SyslogPort = 6514;
    private const int LongestUrl = 2000;
    private const int LongestName = 64;

    public required ExportKind Kind { get; init; }

    public required string Name { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Of a webhook.</summary>
    public Uri? Url { get; init; }

    /// <summary>SHA-256 of the one certificate that is trusted, 64 digits; empty leaves it to the machine's authorities.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Of a webhook.</summary>
    public ExportSecret? Secret { get; init; }

    public required int LeastSeverity { get; init; }

    public required IReadOnlyList<int> Classes { get; init; }

    /// <summary>Whether an event goes there.</summary>
    public bool Wants(SecurityEvent fact)
        => (int)fact.Kind.Severity >= LeastSeverity && (Classes.Count == 0 || Classes.Contains((int)fact.Kind.Type / 100));

    /// <summary>Says neither the URL nor the secret.</summary>
    public override string ToString() => $"{Kind} {Host} [redacted]";

    /// <summary>Checks a form, or says what is wrong with it.</summary>
    public static bool TryParse(AuditExportForm form, [NotNullWhen(true)] out ExportSettings? settings, out AuditRefusal wrong)
    {
        settings = null;
        var fingerprint = form.Certificate.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        var place = form.Kind is ExportKind.Webhook ? OfUrl(form.Address) : form.Kind is ExportKind.Syslog ? OfPair(form.Address) : null;
        var name = form.Name.Length > 0 ? form.Name : NameOf(place?.Host ?? "");
        wrong = place is null ? AuditRefusal.ExportAddress
            : !IsName(name) ? AuditRefusal.ExportName
            : fingerprint.Length != 0 && (fingerprint.Length != 64 || !fingerprint.All(char.IsAsciiHexDigit)) ? AuditRefusal.ExportCertificate
            : form.Kind is ExportKind.Syslog ? form.Secret is null ? default : AuditRefusal.ExportSecret
            : form.Secret is { Length: >= 16 and <= 256 } secret && !secret.Any(char.IsControl) ? default : AuditRefusal.ExportSecret;
        wrong = wrong != default ? wrong
            : form.LeastSeverity is < 1 or > 6 || form.Classes.Count > 32 || form.Classes.Any(one => one is < 0 or > 99_999) ? AuditRefusal.ExportFilter
            : default;
        if (wrong != default)
        {
            return false;
        }

        settings = new ExportSettings
        {
            Kind = form.Kind,
            Name = name,
            Host = place!.Value.Host,
            Port = place.Value.Port,
            Url = place.Value.Url,
            Fingerprint = fingerprint,
            Secret = form.Secret is null ? null : new ExportSecret(form.Secret),
            LeastSeverity = form.LeastSeverity,
            Classes = [.. form.Classes.Distinct().Order()],
        };
        return true;
    }

    private static (string Host, int Port, Uri? Url)? OfUrl(string text)
        => text.Length <= LongestUrl && Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            && url.UserInfo.Length == 0 && url.Fragment.Length == 0 && IsHost(url.IdnHost)
                ? (url.IdnHost, url.Port, url)
                : null;

    /// <summary>HOST, HOST:PORT, [IPV6] or [IPV6]:PORT.</summary>
    private static (string Host, int Port, Uri? Url)? OfPair(string text)
    {
        var plain = text.Trim();
        var colon = plain.LastIndexOf(':');
        var isBare = colon <= plain.LastIndexOf(']') || (plain.IndexOf(':') != colon && !plain.StartsWith('['));
        var (host, port) = isBare ? (plain, SyslogPort) : (plain[..colon], PortOf(plain[(colon + 1)..]));
        host = host is ['[', .. var inner, ']'] ? inner : host;
        return port > 0 && IsHost(host) ? (host, port, null) : null;
    }

    private static int PortOf(string digits) => digits.Length is > 0 and <= 5 && digits.All(char.IsAsciiDigit) && int.Parse(digits) is > 0 and <= 65535 and var port ? port : 0;

    private static bool IsHost(string host) => IPAddress.TryParse(host, out _) || (host.Length <= 253 && Uri.CheckHostName(host) is UriHostNameType.Dns && host.All(char.IsAscii));

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(IsOfName);

    private static bool IsOfName(char character) => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '.' or '-';

    private static string NameOf(string host)
        => new([.. host.ToLowerInvariant().Select(character => IsOfName(character) ? character : '-').Take(LongestName)]);
}
