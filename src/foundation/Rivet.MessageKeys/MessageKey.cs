using System.Security.Cryptography;

namespace Rivet.MessageKeys;

/// <summary>A company's message key: 32 secret bytes with their name and number. Owns the bytes and zeroes them.</summary>
public sealed class MessageKey : IDisposable
{
    private readonly byte[] secret;

    private MessageKey(MessageKeyId id, uint epoch, byte[] secret) => (Id, Epoch, this.secret) = (id, epoch, secret);

    /// <summary>Its name.</summary>
    public MessageKeyId Id { get; }

    /// <summary>Which of the company's keys it is; the first is 1.</summary>
    public uint Epoch { get; }

    /// <summary>The bytes; the span is not kept.</summary>
    public ReadOnlySpan<byte> Secret => secret;

    /// <summary>Takes the bytes over, unless they are not the key of that name: then they are zeroed, and null is given.</summary>
    public static MessageKey? TryTake(MessageKeyId id, uint epoch, byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Length == MessageKeyId.KeySize && epoch > 0 && MessageKeyId.Of(secret) == id)
        {
            return new MessageKey(id, epoch, secret);
        }

        CryptographicOperations.ZeroMemory(secret);
        return null;
    }

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(secret);

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";
}
