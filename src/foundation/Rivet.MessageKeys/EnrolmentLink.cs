using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Rivet.Kernel;

namespace Rivet.MessageKeys;

/// <summary>
/// What a person's device needs to enrol with the company's own key server: where it is, the pin of its certificate, and a one-time code. It comes from the
/// company, never from the Rivet server, which therefore can neither name another key server nor let anybody in. Text form:
/// <c>rivet-keys://HOST:PORT/PIN/CODE</c>, the pin in base64url.
/// </summary>
public sealed record EnrolmentLink
{
    /// <summary>The scheme of the text form.</summary>
    public const string Scheme = "rivet-keys";

    private const int MostCharacters = 512;

    /// <summary>Host name or address of the key server.</summary>
    public required string Host { get; init; }

    /// <summary>Its TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>The pin of its certificate (<see cref="CertificatePin"/>); a public value.</summary>
    public required ReadOnlyMemory<byte> Pin { get; init; }

    /// <summary>The one-time code; a secret.</summary>
    public required InvitationCode Code { get; init; }

    /// <summary>Reads the text form; hostile text gives false.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EnrolmentLink? link)
    {
        link = null;
        if (text is null || text.Length > MostCharacters
            || !Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri)
            || uri.Scheme != Scheme || uri.Host.Length == 0 || uri.Port is < 1 or > 65535
            || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return false;
        }

        var parts = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var pin = new byte[CertificatePin.Size];
        if (parts.Length != 2 || !TryDecode(parts[0], pin) || !InvitationCode.TryParse(parts[1], out var code))
        {
            return false;
        }

        link = new EnrolmentLink { Host = uri.DnsSafeHost, Port = uri.Port, Pin = pin, Code = code };
        return true;
    }

    /// <summary>The text form in clear, with the secret code, to be shown once.</summary>
    public string Reveal() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Authority}/{Base64Url.EncodeToString(Pin.Span)}/{Code.Reveal()}");

    /// <summary>The address without the secret.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Authority}/[redacted]");

    private string Authority => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    private static bool TryDecode(string text, byte[] into)
        => Base64Url.IsValid(text, out var length) && length == into.Length && Base64Url.TryDecodeFromChars(text, into, out var written) && written == into.Length;
}
