using System.Buffers.Binary;

namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>Reads what a TPM, or who says to be one, answered. After a length that is not there everything reads as nothing and <see cref="IsSound"/> is false.</summary>
internal ref struct TpmReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public bool IsSound { get; private set; } = true;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte U8() => Raw(1) is [var only] ? only : (byte)0;

    public ushort U16() => Raw(2) is { Length: 2 } two ? BinaryPrimitives.ReadUInt16BigEndian(two) : (ushort)0;

    public uint U32() => Raw(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32BigEndian(four) : 0;

    public ReadOnlySpan<byte> Sized() => Raw(U16());

    public ReadOnlySpan<byte> Raw(int count)
    {
        if (!IsSound || count < 0 || count > rest.Length)
        {
            IsSound = false;
            rest = default;
            return default;
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
