using Microsoft.Extensions.Logging;
using Rivet.Cryptography;
using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>The root inside a key module: each wrap and unwrap is one AES-GCM call of the module, with the same head and the same associated data as a file's.</summary>
internal sealed class ModuleRoot(Guid id, KeyModule module, ILogger log) : IRoot
{
    private readonly SealedHeader header = new(id, 1);
    private readonly ModuleKey key = new(LabelOf(id), ModuleKeyUse.Encrypt);
    private int isLost;

    public RootKind Kind => RootKind.Module;

    /// <summary>Whether the module says that it is hardware.</summary>
    public bool IsHardware => module.IsHardware;

    /// <summary>The label of a store's root in its token.</summary>
    public static string LabelOf(Guid id) => $"rivet-root-{id}";

    /// <summary>Whether it answered last.</summary>
    public bool IsReachable => Volatile.Read(ref isLost) == 0 && module.State.IsReady;

    /// <summary>Told of each loss and return, and of a loss its fault; must not wait.</summary>
    public Action<bool, string>? Changed { get; set; }

    public ModuleState Check()
    {
        var state = module.Check(key);
        Tell(state.IsReady);
        return state;
    }

    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding)
    {
        var head = new byte[SealedHeader.PrefixSize];
        header.WriteTo(head);
        var result = module.Encrypt(key, secret, (byte[])[.. head, .. binding]);
        Tell(result.IsOk);
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
        Tell(result.IsOk || isForged);
        return result.IsOk ? secret! : isForged ? VaultRefusal.Forged : VaultRefusal.Unavailable;
    }

    public void Dispose() => module.Dispose();

    public override string ToString() => module.ToString();

    /// <summary>Logs a loss and a return once each, not at every call between them.</summary>
    private void Tell(bool answers)
    {
        var before = Interlocked.Exchange(ref isLost, answers ? 0 : 1);
        if (answers && before == 1)
        {
            Log.ModuleBack(log);
            Changed?.Invoke(true, "");
        }
        else if (!answers && before == 0)
        {
            Log.ModuleLost(log, module.State.Reason);
            Changed?.Invoke(false, module.State.Fault.ToString());
        }
    }
}
