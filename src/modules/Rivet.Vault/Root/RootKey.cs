using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>The store's root, of whichever kind: wraps what the store keeps. Set once, when the vault starts.</summary>
internal sealed class RootKey : IDisposable
{
    private volatile IRoot? root;

    /// <summary>The root; null until the vault has started.</summary>
    public IRoot? Root => root;

    /// <summary>Whether the root was found.</summary>
    public bool IsReady => root is not null;

    public void Set(IRoot found) => root = found;

    /// <summary>Seals a secret under the root.</summary>
    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding)
        => root is { } found ? found.Wrap(secret, binding) : VaultRefusal.Unavailable;

    /// <summary>Opens what the root sealed; forged when it or its binding was changed. The caller zeroes it.</summary>
    public Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding)
        => root is { } found ? found.Unwrap(wrapped, binding) : VaultRefusal.Unavailable;

    public void Dispose() => root?.Dispose();

    public override string ToString() => "[redacted]";
}
