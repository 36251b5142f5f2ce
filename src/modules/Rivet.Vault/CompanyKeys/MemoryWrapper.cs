using Rivet.Cryptography.Sodium;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>A company's key in this process's memory. Letting go zeroes it, never under a call: one call at a time, each of a few microseconds.</summary>
internal sealed class MemoryWrapper(AesGcmKey key) : IKeyWrapper
{
    private readonly Lock gate = new();
    private bool isGone;

    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding)
    {
        lock (gate)
        {
            return isGone ? VaultRefusal.Unavailable : key.Seal(secret, binding);
        }
    }

    public Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding)
    {
        lock (gate)
        {
            return isGone ? VaultRefusal.Unavailable : key.TryOpen(wrapped, binding) is { } secret ? secret : VaultRefusal.Forged;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isGone = true;
            key.Dispose();
        }
    }

    public override string ToString() => "[redacted]";
}
