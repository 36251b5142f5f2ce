using Rivet.Cryptography;
using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>The root inside a key module: each wrap and unwrap is one AES-GCM call of the module, with the same head and the same associated data as a file's.</summary>
internal sealed class ModuleRoot(Guid id, KeyModule module) : IRoot
{
    private readonly SealedHeader header = new(id, 1);
    private readonly ModuleKey key = new(LabelOf(id), ModuleKeyUse.Encrypt);

    public RootKind Kind => RootKind.Module;

    /// <summary>Whether the module says that it is hardware.</summary>
    public bool IsHardware => module.IsHardware;

    /// <summary>The label of a store's root in its token.</summary>
    public static string LabelOf(Guid id) => $"rivet-root-{id}";

    public ModuleState Check() => module.Check(key);

    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding)
    {
        var head = new byte[SealedHeader.PrefixSize];
        header.WriteTo(head);
        return module.Encrypt(key, secret, (byte[])[.. head, .. binding]).TryGet(out var body, out _) ? (byte[])[.. head, .. body] : VaultRefusal.Unavailable;
    }

    public Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding)
    {
        if (!SealedHeader.TryRead(wrapped, out var found) || found != header)
        {
            return VaultRefusal.Forged;
        }

        var head = wrapped[..SealedHeader.PrefixSize];
        return module.Decrypt(key, wrapped[SealedHeader.PrefixSize..], (byte[])[.. head, .. binding]).TryGet(out var secret, out var why) ? secret
            : why == ModuleRefusal.Forged ? VaultRefusal.Forged
            : VaultRefusal.Unavailable;
    }

    public void Dispose() => module.Dispose();

    public override string ToString() => module.ToString();
}
