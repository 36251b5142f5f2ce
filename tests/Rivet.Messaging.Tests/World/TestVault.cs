using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Messaging.Tests;

/// <summary>A vault in memory with real AES-256-GCM that a test can make unavailable or whose keys it can destroy.</summary>
internal sealed class TestVault : IVault
{
    private readonly ConcurrentDictionary<KeyScope, (Guid Id, byte[] Key)> current = new();
    private readonly ConcurrentDictionary<Guid, (KeyScope Scope, byte[] Key)> keys = new();

    public bool IsUnavailable { get; set; }

    public bool IsDestroyed { get; set; }

    public ValueTask<Result<byte[][], VaultRefusal>> SealAsync(KeyScope scope, ReadOnlyMemory<Plaintext> items, CancellationToken ct)
    {
        if (IsUnavailable)
        {
            return new(VaultRefusal.Unavailable);
        }

        var key = current.GetOrAdd(scope, _ => (Guid.NewGuid(), RandomNumberGenerator.GetBytes(32)));
        keys.TryAdd(key.Id, (scope, key.Key));
        using var aes = new AesGcm(key.Key, SealedHeader.TagSize);
        var sealedItems = new byte[items.Length][];
        for (var index = 0; index < items.Length; index++)
        {
            sealedItems[index] = Seal(aes, new SealedHeader(key.Id, 1), items.Span[index]);
        }

        return new(sealedItems);
    }

    public ValueTask<Result<byte[], VaultRefusal>[]> OpenAsync(
        CompanyId company, string application, ReadOnlyMemory<Ciphertext> items, CancellationToken ct)
    {
        var opened = new Result<byte[], VaultRefusal>[items.Length];
        for (var index = 0; index < items.Length; index++)
        {
            opened[index] = IsUnavailable ? VaultRefusal.Unavailable
                : IsDestroyed ? VaultRefusal.Destroyed
                : Open(company, application, items.Span[index]);
        }

        return new(opened);
    }

    public ValueTask<Result<int, VaultRefusal>> DestroyAsync(KeyScope scope, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<Result<byte[][], VaultRefusal>> SignAsync(
        SigningKey key, ReadOnlyMemory<ReadOnlyMemory<byte>> messages, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<Result<byte[], VaultRefusal>> GetPublicKeyAsync(SigningKey key, CancellationToken ct) => throw new NotSupportedException();

    private static byte[] Seal(AesGcm aes, SealedHeader header, Plaintext item)
    {
        var output = new byte[item.Bytes.Length + SealedHeader.Overhead];
        header.WriteTo(output);
        var nonce = output.AsSpan(SealedHeader.PrefixSize, SealedHeader.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        var body = output.AsSpan(SealedHeader.PrefixSize + SealedHeader.NonceSize);
        byte[] context = [.. output.AsSpan(0, SealedHeader.PrefixSize), .. item.Context.Span];
        aes.Encrypt(nonce, item.Bytes.Span, body[..^SealedHeader.TagSize], body[^SealedHeader.TagSize..], context);
        return output;
    }

    private Result<byte[], VaultRefusal> Open(CompanyId company, string application, Ciphertext item)
    {
        var bytes = item.Bytes.Span;
        if (!SealedHeader.TryRead(bytes, out var header) || !keys.TryGetValue(header.KeyId, out var key))
        {
            return VaultRefusal.Forged;
        }

        if (key.Scope.Company != company || key.Scope.Application != application)
        {
            return VaultRefusal.WrongScope;
        }

        var plaintext = new byte[bytes.Length - SealedHeader.Overhead];
        byte[] context = [.. bytes[..SealedHeader.PrefixSize], .. item.Context.Span];
        using var aes = new AesGcm(key.Key, SealedHeader.TagSize);
        var body = bytes[(SealedHeader.PrefixSize + SealedHeader.NonceSize)..];
        try
        {
            aes.Decrypt(
                bytes.Slice(SealedHeader.PrefixSize, SealedHeader.NonceSize), body[..^SealedHeader.TagSize], body[^SealedHeader.TagSize..], plaintext, context);
        }
        catch (AuthenticationTagMismatchException)
        {
            return VaultRefusal.Forged;
        }

        return plaintext;
    }
}
