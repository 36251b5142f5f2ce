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

    public ModuleState Check()
    {
        var state = module.Check(key);
        Tell(state.IsReady);
        return state;
    }

    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding) => wrapper.Wrap(secret, binding);

    public Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding) => wrapper.Unwrap(wrapped, binding);

    /// <summary>Makes a company's key inside the token; false when the module does not.</summary>
    public bool TryMake(SealedHeader name)
    {
        var made = module.MakeKey(LabelOf(name), Binding.Bytes(name.KeyId), ModuleKeyUse.Encrypt);
        Tell(made.IsOk);
        return made.IsOk;
    }

    /// <summary>A company's key inside the token; looked at when it is first used.</summary>
    public IKeyWrapper KeyOf(SealedHeader name) => new ModuleWrapper(name, new(LabelOf(name), ModuleKeyUse.Encrypt), module, Tell);

    public void Dispose() => module.Dispose();

    public override string ToString() => module.ToString();

    private static string LabelOf(SealedHeader name) => $"rivet-company-{name.KeyId}-{name.Epoch}";

    /// <summary>Logs a loss and a return once each, not at every call between them.</summary>
    private void Tell(bool answers)
    {
        var before = Interlocked.Exchange(ref isLost, answers ? 0 : 1);
        if (answers && before == 1)
        {
            Log.ModuleBack(log);
        }
        else if (!answers && before == 0)
        {
            Log.ModuleLost(log, module.State.Reason);
        }
    }
}
