using Microsoft.Extensions.Logging;
using Rivet.Cryptography;
using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>The root inside a key module, and the companies' keys beside it in the same token.</summary>
internal sealed class ModuleRoot : IRoot
{
    private readonly KeyModule module;
    private readonly ILogger log;
    private readonly ModuleKey key;
    private readonly ModuleWrapper wrapper;
    private int isLost;

    public ModuleRoot(Guid id, KeyModule module, ILogger log)
    {
        this.module = module;
        this.log = log;
        key = new(LabelOf(id), ModuleKeyUse.Encrypt);
        wrapper = new(new(id, 1), key, module, Tell);
    }

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

    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding) => wrapper.Wrap(secret, binding);

    public Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding) => wrapper.Unwrap(wrapped, binding);

    /// <summary>Makes a company's key inside the token; false when the module does not. The name must be nobody's yet: what an abandoned attempt left under it goes.</summary>
    public bool TryMake(SealedHeader name)
    {
        Clear(name);
        var made = module.MakeKey(LabelOf(name), Binding.Bytes(name.KeyId), ModuleKeyUse.Encrypt);
        Tell(made.IsOk);
        return made.IsOk;
    }

    /// <summary>A company's key inside the token; looked at when it is first used.</summary>
    public IKeyWrapper KeyOf(SealedHeader name, Custody custody) => new ModuleWrapper(name, CompanyKey(name, custody), module, Tell);

    /// <summary>Destroys a company's key inside the token; false while the module does not answer.</summary>
    public bool TryDestroy(SealedHeader name, Custody custody)
        => module.Destroy(CompanyKey(name, custody)) is var gone && (gone.IsOk || gone.Refusal == ModuleRefusal.NotFound);

    /// <summary>Makes the key pair of an import; the refusal when there is none.</summary>
    public KeyRefusal? TryMakePair(Guid import, out UnwrapKeyPair? pair)
        => module.MakeUnwrapKeyPair($"rivet-import-{import}", Binding.Bytes(import)).TryGet(out pair, out var why) ? null
            : why == ModuleRefusal.NotOffered ? KeyRefusal.ImportNotOffered : KeyRefusal.Unavailable;

    /// <summary>Brings a key in as a company's; the refusal when it does not come. The name must be nobody's yet.</summary>
    public KeyRefusal? TryImport(UnwrapKeyPair pair, ReadOnlySpan<byte> wrapped, SealedHeader name)
    {
        Clear(name);
        return module.Unwrap(pair, wrapped, LabelOf(name), Binding.Bytes(name.KeyId)).TryGet(out _, out var why) ? null
            : why == ModuleRefusal.Forged ? KeyRefusal.BadImport : KeyRefusal.Unavailable;
    }

    /// <summary>Destroys a pair that was not used; one that was is gone already.</summary>
    public void Discard(UnwrapKeyPair pair) => module.Destroy(pair);

    public void Dispose() => module.Dispose();

    public override string ToString() => module.ToString();

    private void Clear(SealedHeader name)
    {
        TryDestroy(name, Custody.Vault);
        TryDestroy(name, Custody.Imported);
    }

    private static ModuleKey CompanyKey(SealedHeader name, Custody custody) => new(LabelOf(name), ModuleKeyUse.Encrypt) { IsImported = custody == Custody.Imported };

    private static string LabelOf(SealedHeader name) => $"rivet-company-{name.KeyId}-{name.Epoch}";

    /// <summary>Tells a loss and a return once each, not at every call between them. The return is logged by whoever watches.</summary>
    private void Tell(bool answers)
    {
        var before = Interlocked.Exchange(ref isLost, answers ? 0 : 1);
        if (answers && before == 1)
        {
            Changed?.Invoke(true, "");
        }
        else if (!answers && before == 0)
        {
            Log.ModuleLost(log, module.State.Reason);
            Changed?.Invoke(false, module.State.Fault.ToString());
        }
    }
}
