using System.Security.Cryptography;
using System.Text;
using Rivet.Cryptography;

namespace Rivet.Lws.Noise;

/// <summary>
/// The chaining key, the handshake hash and the key of the moment (Noise revision 34 §5.2), over SHA-256. Noise's HKDF
/// with n outputs (§4.3) equals HKDF-SHA256 (RFC 5869) with the chaining key as salt, no info, and n times 32 bytes.
/// </summary>
internal sealed class SymmetricState : IDisposable
{
    private readonly IAeadFactory aeads;
    private readonly AeadSuite suite;
    private readonly byte[] chainingKey = new byte[SHA256.HashSizeInBytes];
    private readonly byte[] hash = new byte[SHA256.HashSizeInBytes];
    private CipherState? cipher;

    public SymmetricState(NoiseProtocol protocol, IAeadFactory aeads)
    {
        this.aeads = aeads;
        suite = protocol.Suite;
        var name = Encoding.ASCII.GetBytes(protocol.Name);
        if (name.Length <= hash.Length)
        {
            name.CopyTo(hash, 0);
        }
        else
        {
            SHA256.HashData(name, hash);
        }

        hash.CopyTo(chainingKey, 0);
    }

    /// <summary>What encrypting adds now: nothing before the first key, a tag after it.</summary>
    public int Overhead => cipher is null ? 0 : AeadSizes.Tag;

    /// <summary>The hash of everything so far; channel binding once the handshake is done (§11.2).</summary>
    public byte[] CopyHash() => hash.AsSpan().ToArray();

    public void MixHash(ReadOnlySpan<byte> data)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(hash);
        digest.AppendData(data);
        digest.GetHashAndReset(hash);
    }

    public void MixKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> output = stackalloc byte[64];
        Derive(secret, output);
        output[..32].CopyTo(chainingKey);
        TakeKey(output[32..]);
        CryptographicOperations.ZeroMemory(output);
    }

    public void MixKeyAndHash(ReadOnlySpan<byte> secret)
    {
        Span<byte> output = stackalloc byte[96];
        Derive(secret, output);
        output[..32].CopyTo(chainingKey);
        MixHash(output[32..64]);
        TakeKey(output[64..]);
        CryptographicOperations.ZeroMemory(output);
    }

    /// <summary>Fills the destination, <see cref="Overhead"/> bytes longer than the plaintext.</summary>
    public async ValueTask EncryptAndHashAsync(ReadOnlyMemory<byte> plaintext, Memory<byte> destination)
    {
        if (cipher is null)
        {
            plaintext.CopyTo(destination);
        }
        else
        {
            await cipher.SealAsync(hash, plaintext, destination);
        }

        MixHash(destination.Span);
    }

    /// <summary>The plaintext, <see cref="Overhead"/> bytes shorter; null when anything was changed.</summary>
    public async ValueTask<byte[]?> DecryptAndHashAsync(ReadOnlyMemory<byte> ciphertext)
    {
        if (ciphertext.Length < Overhead)
        {
            return null;
        }

        var plaintext = new byte[ciphertext.Length - Overhead];
        if (cipher is null)
        {
            ciphertext.CopyTo(plaintext);
        }
        else if (!await cipher.OpenAsync(hash, ciphertext, plaintext))
        {
            return null;
        }

        MixHash(ciphertext.Span);
        return plaintext;
    }

    /// <summary>The two keys of the transport: the initiator's sending key, then the responder's (§5.2 Split).</summary>
    public (byte[] FromInitiator, byte[] FromResponder) Split()
    {
        Span<byte> output = stackalloc byte[64];
        Derive([], output);
        var keys = (output[..32].ToArray(), output[32..].ToArray());
        CryptographicOperations.ZeroMemory(output);
        return keys;
    }

    /// <summary>Zeroes the chaining key and the key of the moment.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(chainingKey);
        cipher?.Dispose();
        cipher = null;
    }

    /// <summary>Never the keys.</summary>
    public override string ToString() => "[redacted]";

    /// <summary>From HMAC itself: the platform's HKDF refuses an empty secret on OpenSSL 3, and Split has one.</summary>
    private void Derive(ReadOnlySpan<byte> secret, Span<byte> output)
    {
        Span<byte> extracted = stackalloc byte[32];
        HMACSHA256.HashData(chainingKey, secret, extracted);
        Span<byte> block = stackalloc byte[33];
        for (var at = 0; at < output.Length; at += 32)
        {
            block[32] = (byte)((at / 32) + 1);
            var input = at == 0 ? block[32..] : block;
            HMACSHA256.HashData(extracted, input, output.Slice(at, 32));
            output.Slice(at, 32).CopyTo(block);
        }

        CryptographicOperations.ZeroMemory(extracted);
        CryptographicOperations.ZeroMemory(block);
    }

    private void TakeKey(ReadOnlySpan<byte> key)
    {
        cipher?.Dispose();
        cipher = new CipherState(suite, aeads.Create(suite, key));
    }
}
