using Rivet.Cryptography;
using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>A key inside a key module: each wrap and unwrap is one AES-GCM call of the module, with the same head and the same associated data as in memory.</summary>
/// <param name="header">What it wrapped begins with.</param>
/// <param name="key">Which key of the token.</param>
/// <param name="module">Stays the giver's.</param>
/// <param name="tell">Hears after each call whether the module answered.</param>
internal sealed class ModuleWrapper(SealedHeader header, ModuleKey key, KeyModule module, Action<bool> tell) : IKeyWrapper
{
    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding)
    {
        var head = new byte[SealedHeader.PrefixSize];
        header.WriteTo(head);
        var result = module.Encrypt(key, secret, (byte[])[.. head, .. binding]);
        tell(result.IsOk);
        return result.TryGet(out var body, out _) ? (byte[])[.. head, .. body] : VaultRefusal.Unavailable;
    }

    public Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding)
    {
        if (!SealedHeader.TryRead(wrapped, out var found) || found != header)
        {
            return VaultRefusal.Forged;
        }

        var head = wrapped[..SealedHeader.PrefixSize];
        var result = module.Decrypt(key, wrapped[SealedHeader.PrefixSize..], (byte[])[.. head, .. binding]);
        var isForged = !result.TryGet(out var secret, out var why) && why == ModuleRefusal.Forged;
        tell(result.IsOk || isForged);
        return result.IsOk ? secret! : isForged ? VaultRefusal.Forged : VaultRefusal.Unavailable;
    }

    public void Dispose()
    {
    }

    public override string ToString() => $"{key.Label} in {module}";
}
