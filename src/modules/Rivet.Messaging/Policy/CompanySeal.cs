using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>How a company seals its messages with its own keys. The server has the address and the pin, to say them to people; never a key.</summary>
internal sealed record CompanySeal
{
    public const int PinSize = 32;
    private const int MostCharacters = 300;

    public static readonly CompanySeal None = new();

    /// <summary><c>https://HOST:PORT</c>; empty: it does not.</summary>
    public string KeyServer { get; init; } = "";

    /// <summary>The pin of its certificate, in hexadecimal, so that records compare.</summary>
    public string Pin { get; init; } = "";

    /// <summary>Whether bodies in clear are refused.</summary>
    public bool Required { get; init; }

    public long SinceMs { get; init; }

    public bool Enabled => KeyServer.Length > 0;

    /// <summary>What an administrator asks for; null when it is out of bounds. What stays enabled keeps its time.</summary>
    public CompanySeal? TryChange(CompanySealing asked, DateTimeOffset now)
        => !asked.Enabled ? None
            : asked.KeyServer.Length <= MostCharacters && Uri.TryCreate(asked.KeyServer, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0
                && uri.GetLeftPart(UriPartial.Authority) == asked.KeyServer.TrimEnd('/') && asked.Pin.Length == PinSize
                ? new CompanySeal
                {
                    KeyServer = asked.KeyServer.TrimEnd('/'), Pin = Convert.ToHexStringLower(asked.Pin.Span), Required = asked.Required,
                    SinceMs = Enabled ? SinceMs : now.ToUnixTimeMilliseconds(),
                }
                : null;

    /// <summary>Null when there is nothing to say.</summary>
    public CompanySealing? ToWire() => !Enabled ? null : new CompanySealing
    {
        Enabled = true, KeyServer = KeyServer, Pin = ByteString.CopyFrom(Convert.FromHexString(Pin)), Required = Required, SinceMs = SinceMs,
    };
}
