using System.Diagnostics.CodeAnalysis;
using System.Net;
using MimeKit;

namespace Rivet.Mail;

/// <summary>How the connection to a mail server is protected. There is no third way: mail never leaves in clear.</summary>
internal enum MailSecurity
{
    /// <summary>Begins in clear and must be raised to TLS before anything is said; commonly port 587.</summary>
    StartTls = 1,

    /// <summary>TLS from the first byte; commonly port 465.</summary>
    ImplicitTls = 2,
}

/// <summary>A password of a mail server. Its text never says it.</summary>
internal sealed class MailPassword(string value)
{
    public string Reveal() => value;

    public override string ToString() => "[redacted]";
}

/// <summary>The part of some settings that is wrong.</summary>
internal enum MailField
{
    Host = 1,
    Port = 2,
    Security = 3,
    Sender = 4,
    SenderName = 5,
    User = 6,
    Password = 7,
    Fingerprint = 8,

    /// <summary>Whom a test goes to; no part of the settings.</summary>
    Recipient = 9,
}

/// <summary>How a company sends mail; proven to be of its form.</summary>
internal sealed record MailSettings
{
    private const int LongestText = 255;

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required MailSecurity Security { get; init; }

    /// <summary>The address mail comes from.</summary>
    public required string Sender { get; init; }

    /// <summary>The name beside it; may be empty.</summary>
    public required string SenderName { get; init; }

    /// <summary>Whom to sign in as; empty for a server that asks nobody.</summary>
    public required string User { get; init; }

    public MailPassword? Password { get; init; }

    /// <summary>SHA-256 of the one certificate that is trusted, 64 digits; empty leaves it to the machine's authorities.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Checks a form, or names its first wrong field.</summary>
    public static bool TryParse(MailForm form, [NotNullWhen(true)] out MailSettings? settings, out MailField wrong)
    {
        settings = null;
        var host = form.Host.Trim();
        var fingerprint = form.Fingerprint.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        wrong = !IsHost(host) ? MailField.Host
            : form.Port is < 1 or > 65535 ? MailField.Port
            : !Enum.IsDefined(form.Security) ? MailField.Security
            : !IsAddress(form.Sender) ? MailField.Sender
            : !IsLine(form.SenderName) ? MailField.SenderName
            : !IsLine(form.User) ? MailField.User
            : form.Password is { } password && (!IsLine(password) || form.User.Trim().Length == 0) ? MailField.Password
            : fingerprint.Length != 0 && (fingerprint.Length != 64 || !fingerprint.All(char.IsAsciiHexDigit)) ? MailField.Fingerprint
            : default;
        if (wrong != default)
        {
            return false;
        }

        settings = new MailSettings
        {
            Host = host,
            Port = form.Port,
            Security = form.Security,
            Sender = form.Sender.Trim(),
            SenderName = form.SenderName.Trim(),
            User = form.User.Trim(),
            Password = form.Password is null ? null : new MailPassword(form.Password),
            Fingerprint = fingerprint,
        };
        return true;
    }

    /// <summary>Whether mail can be addressed so: one address, without a name, without anything that could end a line.</summary>
    public static bool IsAddress(string? text)
        => text is not null && IsLine(text) && text.Trim() is { Length: > 0 and <= 254 } address
            && MailboxAddress.TryParse(address, out var parsed) && parsed.Address == address && address.Contains('@', StringComparison.Ordinal)
            && !address.Any(char.IsWhiteSpace);

    private static bool IsHost(string host) => IPAddress.TryParse(host, out _) || (host.Length <= 253 && Uri.CheckHostName(host) is UriHostNameType.Dns);

    private static bool IsLine(string text) => text.Length <= LongestText && !text.Any(char.IsControl);
}

/// <summary>Settings as somebody typed them.</summary>
internal sealed record MailForm
{
    public string Host { get; init; } = "";

    public int Port { get; init; }

    public MailSecurity Security { get; init; }

    public string Sender { get; init; } = "";

    public string SenderName { get; init; } = "";

    public string User { get; init; } = "";

    /// <summary>Null keeps what is stored.</summary>
    public string? Password { get; init; }

    public string Fingerprint { get; init; } = "";

    /// <summary>Says no password.</summary>
    public override string ToString() => $"{Host}:{Port} [redacted]";
}
