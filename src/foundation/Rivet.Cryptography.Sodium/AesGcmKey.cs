using System.Collections.Concurrent;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>
/// One AES-256-GCM key that seals and opens the format of <see cref="SealedHeader"/>. Safe for concurrent use.
/// Small plaintexts go through libsodium, which costs least per call; bulk, and machines whose processor libsodium
/// cannot use, go through the platform's AES-GCM.
/// </summary>
/// <remarks>
/// Nonces are random, 96 bits: nothing that a restored backup could repeat. NIST SP 800-38D §8.3 bounds random nonces
/// at 2^32 per key; whoever owns the key starts a new epoch well before (see the vault's README).
/// </remarks>
public sealed class AesGcmKey : IDisposable
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeySize = 32;

    private const int BulkFrom = 16 * 1024;
    private readonly SealedHeader header;
    private readonly byte[] secret;
    private readonly Key? sodium;
    private readonly ConcurrentBag<AesGcm> bulk = [];
    private volatile bool disposed;

    /// <summary>Takes a copy of the key.</summary>
    public AesGcmKey(SealedHeader header, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        this.header = header;
        secret = key.ToArray();
        sodium = Aes256Gcm.IsSupported ? Key.Import(AeadAlgorithm.Aes256Gcm, key, KeyBlobFormat.RawSymmetricKey) : null;
    }

    /// <summary>What every ciphertext of this key begins with.</summary>
    public SealedHeader Header => header;

    /// <summary>Seals under a fresh nonce; gives <see cref="SealedHeader.Overhead"/> bytes more than the plaintext.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var output = new byte[plaintext.Length + SealedHeader.Overhead];
        header.WriteTo(output);
        var nonce = output.AsSpan(SealedHeader.PrefixSize, SealedHeader.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        var body = output.AsSpan(SealedHeader.PrefixSize + SealedHeader.NonceSize);
        var bound = Bind(output, associatedData, stackalloc byte[256]);

        if (sodium is not null && plaintext.Length < BulkFrom)
        {
            AeadAlgorithm.Aes256Gcm.Encrypt(sodium, nonce, bound, plaintext, body);
        }
        else
        {
            var cipher = Rent();
            cipher.Encrypt(nonce, plaintext, body[..plaintext.Length], body[plaintext.Length..], bound);
            bulk.Add(cipher);
        }

        return output;
    }

    /// <summary>Opens a ciphertext of this key; null when it or its associated data was changed.</summary>
    public byte[]? TryOpen(ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> associatedData)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!SealedHeader.TryRead(ciphertext, out var found) || found != header)
        {
            return null;
        }

        var nonce = ciphertext.Slice(SealedHeader.PrefixSize, SealedHeader.NonceSize);
        var body = ciphertext[(SealedHeader.PrefixSize + SealedHeader.NonceSize)..];
        var plaintext = new byte[body.Length - SealedHeader.TagSize];
        var bound = Bind(ciphertext, associatedData, stackalloc byte[256]);

        if (sodium is not null && plaintext.Length < BulkFrom)
        {
            return AeadAlgorithm.Aes256Gcm.Decrypt(sodium, nonce, bound, body, plaintext) ? plaintext : null;
        }

        var cipher = Rent();
        try
        {
            cipher.Decrypt(nonce, body[..plaintext.Length], body[plaintext.Length..], plaintext, bound);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            bulk.Add(cipher);
        }
    }

    /// <summary>Zeroes the key. Calls already running finish; later ones throw.</summary>
    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(secret);
        sodium?.Dispose();
        while (bulk.TryTake(out var cipher))
        {
            cipher.Dispose();
        }
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";

    private AesGcm Rent() => bulk.TryTake(out var cipher) ? cipher : new AesGcm(secret, SealedHeader.TagSize);

    /// <summary>The head up to the nonce, then the caller's associated data.</summary>
    private static ReadOnlySpan<byte> Bind(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData, Span<byte> scratch)
    {
        var length = SealedHeader.PrefixSize + associatedData.Length;
        var bound = length <= scratch.Length ? scratch[..length] : new byte[length];
        sealedBytes[..SealedHeader.PrefixSize].CopyTo(bound);
        associatedData.CopyTo(bound[SealedHeader.PrefixSize..]);
        return bound;
    }
}
