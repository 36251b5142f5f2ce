using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.MessageKeys;

/// <summary>
/// Which device asks a key server, and what it signs: method, path, the pin of the one server it asks, time, a nonce and the hash of the body, under a label that
/// nothing else of Rivet signs with. Header form: <c>Authorization: Rivet-Device key=…,time=…,nonce=…,signature=…</c>, bytes in base64url, the time in Unix
/// milliseconds.
/// </summary>
public sealed record SignedAsk
{
    /// <summary>The scheme of the header.</summary>
    public const string Scheme = "Rivet-Device";

    /// <summary>Bytes of a device's Ed25519 public key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 16;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureSize = 64;

    private const string Label = "rivet message keys v1";
    private const int MostCharacters = 512;

    /// <summary>The device's Ed25519 public key.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>When it asks, Unix milliseconds.</summary>
    public required long TimeMs { get; init; }

    /// <summary>Never used twice by a device.</summary>
    public required ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>Ed25519 over <see cref="Text"/>.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Reads the header; hostile text gives false.</summary>
    public static bool TryParse([NotNullWhen(true)] string? header, [NotNullWhen(true)] out SignedAsk? ask)
    {
        ask = null;
        if (header is null || header.Length > MostCharacters || !header.StartsWith(Scheme + " ", StringComparison.Ordinal))
        {
            return false;
        }

        var (key, nonce, signature) = (new byte[KeySize], new byte[NonceSize], new byte[SignatureSize]);
        if (header[(Scheme.Length + 1)..].Split(',') is not [var one, var two, var three, var four]
            || !TryRead(one, "key=", key) || !TryRead(three, "nonce=", nonce) || !TryRead(four, "signature=", signature)
            || !two.StartsWith("time=", StringComparison.Ordinal) || !long.TryParse(two["time=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var time))
        {
            return false;
        }

        ask = new SignedAsk { Key = key, TimeMs = time, Nonce = nonce, Signature = signature };
        return true;
    }

    /// <summary>The exact bytes that are signed.</summary>
    /// <param name="method">The method, in capitals.</param>
    /// <param name="path">The path as it stands in the request.</param>
    /// <param name="pin">The pin of the server that is asked.</param>
    /// <param name="body">The body.</param>
    public byte[] Text(string method, string path, ReadOnlySpan<byte> pin, ReadOnlySpan<byte> body)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Label}\n{method}\n{path}\n{Convert.ToHexStringLower(pin)}\n{TimeMs}\n{Convert.ToHexStringLower(Nonce.Span)}\n{Convert.ToHexStringLower(SHA256.HashData(body))}");
        return Encoding.ASCII.GetBytes(text);
    }

    /// <summary>The value of the header.</summary>
    public string ToHeader() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme} key={Encode(Key)},time={TimeMs},nonce={Encode(Nonce)},signature={Encode(Signature)}");

    private static string Encode(ReadOnlyMemory<byte> bytes) => Base64Url.EncodeToString(bytes.Span);

    private static bool TryRead(string part, string name, byte[] into)
        => part.StartsWith(name, StringComparison.Ordinal) && Base64Url.IsValid(part.AsSpan(name.Length), out var length) && length == into.Length
            && Base64Url.TryDecodeFromChars(part.AsSpan(name.Length), into, out var written) && written == into.Length;
}
