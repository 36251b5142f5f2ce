using System.Buffers.Binary;

namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>Big-endian numbers and sized buffers (TPM2B), into a buffer that grows to a message at most and is zeroed when it is disposed.</summary>
internal sealed class TpmWriter : IDisposable
{
    private readonly byte[] buffer = new byte[Tpm.MaxMessage];
    private int length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public TpmWriter U8(byte value)
    {
        buffer[length++] = value;
        return this;
    }

    public TpmWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(length), value);
        length += 2;
        return this;
    }

    public TpmWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(length), value);
        length += 4;
        return this;
    }

    public TpmWriter Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
        return this;
    }

    public TpmWriter Sized(ReadOnlySpan<byte> bytes) => U16((ushort)bytes.Length).Raw(bytes);

    public TpmWriter Sized(Action<TpmWriter> inner)
    {
        var at = length;
        U16(0);
        inner(this);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(at), (ushort)(length - at - 2));
        return this;
    }

    public void Dispose() => System.Security.Cryptography.CryptographicOperations.ZeroMemory(buffer);
}
