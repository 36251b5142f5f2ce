using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Rivet.MessageKeys;

/// <summary>
/// Names a company's message key by what it is: the first 16 bytes that HKDF-SHA256 (RFC 5869) makes of the key under a label of its own. Whoever gets a key
/// for a name checks it with <see cref="Of"/>, so that no other key is ever taken for it; the name tells nothing of the key.
/// </summary>
/// <param name="Value">The 16 bytes, as a big-endian id.</param>
public readonly record struct MessageKeyId(Guid Value)
{
    /// <summary>Bytes of a message key.</summary>
    public const int KeySize = 32;

    private const int Size = 16;

    /// <summary>The name of a key of <see cref="KeySize"/> bytes.</summary>
    public static MessageKeyId Of(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        Span<byte> name = stackalloc byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, name, salt: [], info: "rivet message key id v1"u8);
        return new MessageKeyId(new Guid(name, bigEndian: true));
    }

    /// <summary>Reads 32 lower-case hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessageKeyId id)
    {
        id = default;
        if (text is not { Length: 2 * Size } || !text.All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        id = new MessageKeyId(new Guid(Convert.FromHexString(text), bigEndian: true));
        return true;
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("N");
}
