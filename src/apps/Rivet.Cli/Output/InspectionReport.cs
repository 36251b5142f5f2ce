using System.Buffers.Text;
using System.Globalization;
using System.Security.Authentication;
using Rivet.Client.Native.Tls;

namespace Rivet.Cli;

/// <summary>The keys a server ought to have.</summary>
/// <param name="Home">The one this home pins; null when it has joined nothing.</param>
/// <param name="SameAddress">Whether the home's server is at the address looked at.</param>
/// <param name="Invitation">The one an invitation names; null without one.</param>
internal sealed record InspectionPins(ReadOnlyMemory<byte>? Home, bool SameAddress, ReadOnlyMemory<byte>? Invitation)
{
    /// <summary>Compares; public values, so in ordinary time.</summary>
    public (PinVerdict Home, PinVerdict Invitation) Judge(ReadOnlyMemory<byte> shown) => (
        Of(Home, shown) is PinVerdict.Different && !SameAddress ? PinVerdict.Elsewhere : Of(Home, shown),
        Of(Invitation, shown));

    private static PinVerdict Of(ReadOnlyMemory<byte>? pinned, ReadOnlyMemory<byte> shown)
        => pinned is not { } key ? PinVerdict.None : key.Span.SequenceEqual(shown.Span) ? PinVerdict.Same : PinVerdict.Different;
}

/// <summary>How a server's identity compares with a pinned one.</summary>
internal enum PinVerdict
{
    /// <summary>Nothing is pinned.</summary>
    None,

    /// <summary>It is the pinned identity.</summary>
    Same,

    /// <summary>It is another one where the pinned one ought to be: somebody in between, or a server made anew.</summary>
    Different,

    /// <summary>It is another server than this home's, at another address.</summary>
    Elsewhere,
}

/// <summary>What was seen of a server, for people and for programs.</summary>
internal sealed class InspectionReport(InspectedLink link, string address, (PinVerdict Home, PinVerdict Invitation) pins, Words words)
{
    /// <summary>Whether it proved its identity and no pin says that it ought to be another.</summary>
    public bool IsTrusted => link.IsProven && pins.Home is not PinVerdict.Different && pins.Invitation is not PinVerdict.Different;

    private string Tls => link.Protocol is SslProtocols.Tls13 ? "TLS 1.3" : link.Protocol.ToString();

    public void Write(TextWriter output, bool json)
    {
        if (json)
        {
            WriteJson(output);
            return;
        }

        Tables.Write(output, ["", ""],
        [
            [words["whoami.server"], Plain.Line(address)],
            [words["inspect.tls"], $"{Tls}  {link.Suite}"],
            [words["inspect.group"], link.Group ?? words["inspect.unknown"]],
            [words["inspect.alpn"], Plain.Line(link.Alpn)],
            [words["inspect.certificate"], $"SHA-256 {Convert.ToHexStringLower(link.CertificateHash.Span)}"],
            [words["inspect.valid"], words["inspect.from-until", Day(link.ValidFrom), Day(link.ValidUntil)]],
            [words["inspect.bindings"], link.Bindings.Count > 0 ? string.Join(", ", link.Bindings) : words["inspect.none"]],
            [words["whoami.key"], Base64Url.EncodeToString(link.IdentityKey.Span)],
            [words["inspect.proof"], words[link.IsProven ? "inspect.proven" : "inspect.unproven"]],
            [words["inspect.static-key"], Base64Url.EncodeToString(link.StaticKey.Span)],
            [words["inspect.versions"], string.Join(", ", link.Versions.Select(version => version.ToString(CultureInfo.InvariantCulture)))],
            [words["inspect.features"], link.Features.Count > 0 ? Plain.Line(string.Join(", ", link.Features)) : words["inspect.none"]],
            [words["inspect.home"], words.Kind("inspect.pin-home", pins.Home)],
            [words["inspect.invitation"], words.Kind("inspect.pin-invitation", pins.Invitation)],
        ]);
    }

    private void WriteJson(TextWriter output) => JsonLine.Write(output, json =>
    {
        json.WriteString("type", "inspected");
        json.WriteString("server", address);
        json.WriteString("tls", Tls);
        json.WriteString("suite", link.Suite.ToString());
        json.WriteString("group", link.Group);
        json.WriteString("alpn", link.Alpn);
        json.WriteString("certificate", Convert.ToHexStringLower(link.CertificateHash.Span));
        json.WriteString("validFrom", link.ValidFrom.UtcDateTime);
        json.WriteString("validUntil", link.ValidUntil.UtcDateTime);
        List(json, "bindings", link.Bindings);
        json.WriteString("serverKey", Base64Url.EncodeToString(link.IdentityKey.Span));
        json.WriteBoolean("proven", link.IsProven);
        json.WriteString("staticKey", Base64Url.EncodeToString(link.StaticKey.Span));
        json.WriteStartArray("versions");
        foreach (var version in link.Versions)
        {
            json.WriteNumberValue(version);
        }

        json.WriteEndArray();
        List(json, "features", link.Features);
        json.WriteString("home", Name(pins.Home));
        json.WriteString("invitation", Name(pins.Invitation));
    });

    private static void List(System.Text.Json.Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static string Name(PinVerdict verdict) => verdict.ToString().ToLowerInvariant();

    private static string Day(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
