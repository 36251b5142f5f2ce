using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Transparency;

/// <summary>What a key of a note signs (C2SP signed-note, signature types).</summary>
public enum NoteKeyKind : byte
{
    /// <summary>The text itself, Ed25519.</summary>
    Ed25519 = 1,

    /// <summary>A witness's statement about a checkpoint at a time, Ed25519 (C2SP tlog-cosignature).</summary>
    Cosignature = 4,
}

/// <summary>A public key under which notes are verified, with its holder's name (C2SP signed-note).</summary>
public sealed record NoteKey
{
    private const int PublicKeySize = 32;
    private const int LongestName = 255;

    private NoteKey(string name, NoteKeyKind kind, ReadOnlyMemory<byte> publicKey) => (Name, Kind, PublicKey) = (name, kind, publicKey);

    /// <summary>Whose key it is: no spaces, no <c>+</c>; at most 255 characters.</summary>
    public string Name { get; }

    /// <summary>What it signs.</summary>
    public NoteKeyKind Kind { get; }

    /// <summary>The Ed25519 public key, 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Tells a signature line's key among those of one name; it proves nothing.</summary>
    public uint Id
    {
        get
        {
            byte[] named = [.. Encoding.UTF8.GetBytes(Name), (byte)'\n', (byte)Kind, .. PublicKey.Span];
            return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(named));
        }
    }

    /// <summary>Makes a key.</summary>
    /// <exception cref="ArgumentException">The name is none, or the key is not 32 bytes.</exception>
    public static NoteKey Of(string name, NoteKeyKind kind, ReadOnlyMemory<byte> publicKey)
        => IsName(name) && publicKey.Length == PublicKeySize && Enum.IsDefined(kind)
            ? new NoteKey(name, kind, publicKey)
            : throw new ArgumentException($"'{name}' with {publicKey.Length} bytes is no key of a note.", nameof(name));

    /// <summary>Reads <c>name+id+key</c>, the id in hexadecimal, the key in Base64 behind its kind; the id must be the key's.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NoteKey? key)
    {
        key = null;
        if (text?.Split('+', 3) is not [var name, { Length: 8 } id, var encoded] || !IsName(name)
            || !uint.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            || !Base64.TryRead(encoded, out var bytes) || bytes.Length != 1 + PublicKeySize || !Enum.IsDefined((NoteKeyKind)bytes[0]))
        {
            return false;
        }

        var found = new NoteKey(name, (NoteKeyKind)bytes[0], bytes.AsMemory(1));
        key = found.Id == number ? found : null;
        return key is not null;
    }

    /// <summary>As it is handed to whoever verifies: <c>name+id+key</c>.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Name}+{Id:x8}+{Convert.ToBase64String([(byte)Kind, .. PublicKey.Span])}");

    /// <inheritdoc/>
    public bool Equals(NoteKey? other)
        => other is not null && Name == other.Name && Kind == other.Kind && PublicKey.Span.SequenceEqual(other.PublicKey.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Id);

    /// <summary>Whether this may name a key.</summary>
    internal static bool IsName(string? name)
        => name is { Length: > 0 and <= LongestName } && !name.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character == '+');
}
