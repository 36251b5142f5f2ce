using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Rivet.Kernel;

/// <summary>
/// A one-time code of 128 random bits: 26 characters of Crockford's base 32 in groups, such as
/// <c>7F3K9-2QDXA-…</c>. A secret: printed only through <see cref="Reveal"/>.
/// </summary>
public sealed class InvitationCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Digits = 26;
    private readonly byte[] secret;

    private InvitationCode(byte[] secret) => this.secret = secret;

    /// <summary>Length of the secret in bytes.</summary>
    public const int Size = 16;

    /// <summary>Makes a fresh code.</summary>
    public static InvitationCode Create() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>Wraps received bytes; refuses any length but 16.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out InvitationCode? code)
    {
        code = bytes.Length == Size ? new InvitationCode(bytes.ToArray()) : null;
        return code is not null;
    }

    /// <summary>Reads what a person typed: case, spaces, hyphens and the look-alikes O, I and L do not matter.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out InvitationCode? code)
    {
        code = null;
        if (text is null || text.Length > 64)
        {
            return false;
        }

        UInt128 value = 0;
        var digits = 0;
        foreach (var character in text)
        {
            if (character is ' ' or '-')
            {
                continue;
            }

            var digit = Alphabet.IndexOf(Unambiguous(character), StringComparison.Ordinal);
            if (digit < 0 || ++digits > Digits || (digits == 1 && digit > 7))
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        if (digits != Digits)
        {
            return false;
        }

        var bytes = new byte[Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        code = new InvitationCode(bytes);
        return true;
    }

    /// <summary>The 16 secret bytes, for the wire and for hashing.</summary>
    public ReadOnlySpan<byte> Bytes => secret;

    /// <summary>The code in clear, to be shown once.</summary>
    public string Reveal()
    {
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(secret);
        Span<char> text = stackalloc char[Digits + 5];
        var at = text.Length;
        for (var digit = 0; digit < Digits; digit++)
        {
            if (digit > 0 && digit % 5 == 0)
            {
                text[--at] = '-';
            }

            text[--at] = Alphabet[(int)(value & 31)];
            value >>= 5;
        }

        return new string(text[at..]);
    }

    /// <summary>Never the code.</summary>
    public override string ToString() => "[redacted]";

    private static char Unambiguous(char character) => char.ToUpperInvariant(character) switch
    {
        'O' => '0',
        'I' or 'L' => '1',
        var other => other,
    };
}
