using System.Security.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>
/// A key in memory that the collector does not move, so that zeroing it leaves no copy; for libsodium and, from the first
/// large message on, also in an instance of the platform's cipher. See <see cref="Libsodium"/> for why not in locked pages.
/// </summary>
internal abstract class LinkAead : IAeadKey
{
    private readonly int bulkFrom;
    private bool disposed;

    /// <param name="key">32 bytes, copied.</param>
    /// <param name="room">Further bytes of the secret that zeroing must reach.</param>
    /// <param name="bulkFrom">Plaintexts of this size and more go to the platform.</param>
    protected LinkAead(ReadOnlySpan<byte> key, int room, int bulkFrom)
    {
        this.bulkFrom = bulkFrom;
        Secret = GC.AllocateArray<byte>(AeadSizes.Key + room, pinned: true);
        key.CopyTo(Secret);
    }

    /// <summary>The key, then what is made of it.</summary>
    protected byte[] Secret { get; }

    protected ReadOnlySpan<byte> Key => Secret.AsSpan(0, AeadSizes.Key);

    public ValueTask SealAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> plaintext, Memory<byte> ciphertext)
    {
        Check(nonce);
        var output = ciphertext.Span[..(plaintext.Length + AeadSizes.Tag)];
        if (plaintext.Length < bulkFrom)
        {
            SealSmall(nonce.Span, associatedData.Span, plaintext.Span, output);
        }
        else
        {
            SealBulk(nonce.Span, associatedData.Span, plaintext.Span, output[..^AeadSizes.Tag], output[^AeadSizes.Tag..]);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> OpenAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> ciphertext, Memory<byte> plaintext)
    {
        Check(nonce);
        if (ciphertext.Length < AeadSizes.Tag)
        {
            return new(false);
        }

        var input = ciphertext.Span;
        var output = plaintext.Span[..(input.Length - AeadSizes.Tag)];
        if (output.Length < bulkFrom)
        {
            return new(OpenSmall(nonce.Span, associatedData.Span, input, output));
        }

        try
        {
            OpenBulk(nonce.Span, associatedData.Span, input[..^AeadSizes.Tag], input[^AeadSizes.Tag..], output);
            return new(true);
        }
        catch (AuthenticationTagMismatchException)
        {
            return new(false);
        }
    }

    public virtual void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(Secret);
    }

    /// <summary>Never the key.</summary>
    public sealed override string ToString() => "[redacted]";

    protected abstract void SealSmall(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext);

    protected abstract bool OpenSmall(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext);

    protected abstract void SealBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag);

    protected abstract void OpenBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);

    private void Check(ReadOnlyMemory<byte> nonce)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, AeadSizes.Nonce);
    }
}
