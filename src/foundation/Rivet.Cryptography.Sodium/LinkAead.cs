using System.Security.Cryptography;
using NSec.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>A key in libsodium's locked memory and, from its first large message on, in an instance of the platform's cipher.</summary>
internal abstract class LinkAead : IAeadKey
{
    private readonly AeadAlgorithm? algorithm;
    private readonly Key? sodium;
    private readonly int bulkFrom;

    /// <param name="algorithm">Null where libsodium cannot: then everything is bulk.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="bulkFrom">Plaintexts of this size and more go to the platform.</param>
    protected LinkAead(AeadAlgorithm? algorithm, ReadOnlySpan<byte> key, int bulkFrom)
    {
        this.algorithm = algorithm;
        this.bulkFrom = algorithm is null ? 0 : bulkFrom;
        sodium = algorithm is null
            ? null
            : Key.Import(algorithm, key, KeyBlobFormat.RawSymmetricKey, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
    }

    public ValueTask SealAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> plaintext, Memory<byte> ciphertext)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, AeadSizes.Nonce);
        var output = ciphertext.Span[..(plaintext.Length + AeadSizes.Tag)];
        if (plaintext.Length >= bulkFrom)
        {
            SealBulk(nonce.Span, associatedData.Span, plaintext.Span, output[..^AeadSizes.Tag], output[^AeadSizes.Tag..]);
        }
        else
        {
            algorithm!.Encrypt(sodium!, nonce.Span, associatedData.Span, plaintext.Span, output);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> OpenAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> ciphertext, Memory<byte> plaintext)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, AeadSizes.Nonce);
        if (ciphertext.Length < AeadSizes.Tag)
        {
            return new(false);
        }

        var input = ciphertext.Span;
        var output = plaintext.Span[..(input.Length - AeadSizes.Tag)];
        if (output.Length < bulkFrom)
        {
            return new(algorithm!.Decrypt(sodium!, nonce.Span, associatedData.Span, input, output));
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

    public virtual void Dispose() => sodium?.Dispose();

    /// <summary>Never the key.</summary>
    public sealed override string ToString() => "[redacted]";

    protected abstract void SealBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag);

    protected abstract void OpenBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);

    /// <summary>The key for the platform's cipher, which most links never need; the caller zeroes it.</summary>
    protected byte[] ExportKey() => sodium!.Export(KeyBlobFormat.RawSymmetricKey);
}
