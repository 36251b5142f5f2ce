using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>AES-256-GCM; through the platform alone where libsodium does not know the processor.</summary>
internal sealed unsafe class LinkAesGcm : LinkAead
{
    private const int Alignment = 16;
    private readonly byte* state;
    private AesGcm? bulk;

    public LinkAesGcm(ReadOnlySpan<byte> key, int bulkFrom)
        : base(key, Libsodium.AesState + Alignment, Libsodium.HasAesGcm ? bulkFrom : 0)
    {
        // The secret is pinned for good, so an address in it stays right as long as this object holds it.
        var behindKey = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Secret)) + AeadSizes.Key;
        state = (byte*)((behindKey + Alignment - 1) & ~(nuint)(Alignment - 1));
        if (Libsodium.HasAesGcm)
        {
            fixed (byte* bytes = Secret)
            {
                _ = Libsodium.ExpandAesKey(state, bytes);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        bulk?.Dispose();
    }

    protected override void SealSmall(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        fixed (byte* number = nonce, associated = associatedData, input = plaintext, output = ciphertext)
        {
            _ = Libsodium.SealAes(output, out _, input, (ulong)plaintext.Length, associated, (ulong)associatedData.Length, 0, number, state);
        }

        GC.KeepAlive(this);
    }

    protected override bool OpenSmall(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        fixed (byte* number = nonce, associated = associatedData, input = ciphertext, output = plaintext)
        {
            var opened = Libsodium.OpenAes(output, out _, 0, input, (ulong)ciphertext.Length, associated, (ulong)associatedData.Length, number, state) == 0;
            GC.KeepAlive(this);
            return opened;
        }
    }

    protected override void SealBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
        => Bulk().Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

    protected override void OpenBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
        => Bulk().Decrypt(nonce, ciphertext, tag, plaintext, associatedData);

    private AesGcm Bulk() => bulk ??= new AesGcm(Key, AeadSizes.Tag);
}
