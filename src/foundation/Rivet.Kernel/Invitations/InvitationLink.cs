using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Rivet.Kernel;

/// <summary>
/// What a new device needs to join: where the server is, which identity key it must prove (the pin), and the
/// one-time code. Text form: <c>rivet://HOST:PORT/KEY/CODE</c>, KEY being the 32-byte Ed25519 key in base64url.
/// </summary>
public sealed record InvitationLink
{
    /// <summary>The scheme of the text form.</summary>
    public const string Scheme = "rivet";

    /// <summary>Length of a server identity key in bytes.</summary>
    public const int ServerKeySize = 32;

    /// <summary>Host name or address of the server.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port of the server.</summary>
    public required int Port { get; init; }

    /// <summary>The server's Ed25519 identity key, 32 bytes; a public value.</summary>
    public required ReadOnlyMemory<byte> ServerKey { get; init; }

    /// <summary>The one-time code; a secret.</summary>
    public required InvitationCode Code { get; init; }

    /// <summary>Reads the text form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out InvitationLink? link)
    {
        link = null;
        if (text is null || text.Length > 512
            || !Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri)
            || uri.Scheme != Scheme || uri.Host.Length == 0 || uri.Port is < 1 or > 65535
            || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return false;
        }

        var parts = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2 || !TryDecodeKey(parts[0], out var key) || !InvitationCode.TryParse(parts[1], out var code))
        {
            return false;
        }

        link = new InvitationLink { Host = uri.DnsSafeHost, Port = uri.Port, ServerKey = key, Code = code };
        return true;
    }

    /// <summary>The text form in clear, with the secret code, to be shown once.</summary>
    public string Reveal() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}/{Base64Url.EncodeToString(ServerKey.Span)}/{Code.Reveal()}");

    /// <summary>The address without the secret.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Host}:{Port}/[redacted]");

    private static bool TryDecodeKey(string text, out byte[] key)
    {
        key = new byte[ServerKeySize];
        return Base64Url.IsValid(text, out var length) && length == ServerKeySize
            && Base64Url.TryDecodeFromChars(text, key, out var written) && written == ServerKeySize;
    }
}
