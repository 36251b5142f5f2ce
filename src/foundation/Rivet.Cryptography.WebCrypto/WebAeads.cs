using System.Runtime.InteropServices;
using System.Runtime.InteropServices.JavaScript;
using System.Security.Cryptography;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>AES-256-GCM by WebCrypto. There is no ChaCha20-Poly1305: a browser's link asks for AES.</summary>
public sealed class WebAeads : IAeadFactory
{
    /// <inheritdoc/>
    public IAeadKey Create(AeadSuite suite, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual((byte)suite, (byte)AeadSuite.Aes256Gcm, nameof(suite));
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, AeadSizes.Key);
        return new WebAesGcm(key);
    }
}

/// <summary>One AES-256-GCM key (NIST SP 800-38D), not extractable once it is the browser's.</summary>
internal sealed class WebAesGcm : IAeadKey
{
    private readonly JSObject key;
    private readonly BrowserCall<bool> call = new();

    public WebAesGcm(ReadOnlySpan<byte> raw)
    {
        var copy = raw.ToArray();
        key = WebCrypto.ImportAead(copy);
        CryptographicOperations.ZeroMemory(copy);
    }

    public async ValueTask SealAsync(
        ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> plaintext, Memory<byte> ciphertext)
    {
        var data = Place(ciphertext, plaintext.Length + AeadSizes.Tag);
        plaintext.CopyTo(data);
        WebCrypto.Seal(key, Head(nonce, associatedData), data, call.Done);
        if (!await call.EndAsync())
        {
            throw new CryptographicException("The browser did not seal.");
        }

        data.AsSpan().CopyTo(ciphertext.Span);
    }

    public async ValueTask<bool> OpenAsync(
        ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> ciphertext, Memory<byte> plaintext)
    {
        if (ciphertext.Length < AeadSizes.Tag)
        {
            return false;
        }

        // The plaintext's place lacks the tag's room, so the ciphertext is opened in a copy of its own.
        var data = ciphertext.ToArray();
        WebCrypto.Open(key, Head(nonce, associatedData), data, call.Done);
        var isOpen = await call.EndAsync();
        if (isOpen)
        {
            data.AsSpan(0, data.Length - AeadSizes.Tag).CopyTo(plaintext.Span);
        }

        return isOpen;
    }

    public void Dispose() => key.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";

    private static byte[] Head(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, AeadSizes.Nonce);
        return [.. nonce.Span, .. associatedData.Span];
    }

    private static ArraySegment<byte> Place(Memory<byte> place, int size)
        => MemoryMarshal.TryGetArray<byte>(place[..size], out var segment) ? segment : new byte[size];
}
