using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.MessageKeys;

/// <summary>
/// What a key server says of an answer, for pages in a browser, which see no certificate: ECDSA (FIPS 186-5) with P-256 and SHA-256 by the key that the pin names,
/// over the request's device and nonce, the status and the hash of the body, under a label that nothing else signs with. Header form:
/// <c>Rivet-Answer: key=…,signature=…</c> in base64url: the SubjectPublicKeyInfo, and the two numbers of the signature one behind the other.
/// </summary>
public sealed record SignedAnswer
{
    /// <summary>The header's name.</summary>
    public const string Header = "Rivet-Answer";

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureSize = 64;

    private const string Label = "rivet message keys answer v1";
    private const int MostKeySize = 128;
    private const int MostCharacters = 320;

    /// <summary>The SubjectPublicKeyInfo of the server's certificate.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>ECDSA over <see cref="Text"/>.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Reads the header; hostile text gives false.</summary>
    public static bool TryParse([NotNullWhen(true)] string? header, [NotNullWhen(true)] out SignedAnswer? answer)
    {
        answer = header is { Length: <= MostCharacters } && header.Split(',') is [var one, var two]
            && TryRead(one, "key=") is { Length: > 0 and <= MostKeySize } key && TryRead(two, "signature=") is { Length: SignatureSize } signature
                ? new SignedAnswer { Key = key, Signature = signature }
                : null;
        return answer is not null;
    }

    /// <summary>Whether the key is the one that an enrolment code pins.</summary>
    public bool IsOf(ReadOnlySpan<byte> pin) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Key.Span), pin);

    /// <summary>The exact bytes that are signed.</summary>
    /// <param name="ask">The request that is answered.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="body">Its body.</param>
    public static byte[] Text(SignedAsk ask, int status, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(ask);
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{Label}\n{Convert.ToHexStringLower(ask.Key.Span)}\n{Convert.ToHexStringLower(ask.Nonce.Span)}\n{status}\n{Convert.ToHexStringLower(SHA256.HashData(body))}"));
    }

    /// <summary>The value of the header.</summary>
    public string ToHeader() => $"key={Base64Url.EncodeToString(Key.Span)},signature={Base64Url.EncodeToString(Signature.Span)}";

    private static byte[]? TryRead(string part, string name)
        => part.StartsWith(name, StringComparison.Ordinal) && Base64Url.IsValid(part.AsSpan(name.Length)) ? Base64Url.DecodeFromChars(part.AsSpan(name.Length)) : null;
}
