using Microsoft.Extensions.Logging;
using Rivet.Cryptography.Pkcs11;

namespace Rivet.Vault;

/// <summary>Roots inside key modules: generated there at the first start, found and proven at each.</summary>
internal static class ModuleRoots
{
    public static IRoot Make(Guid id, string file, RootModuleOptions settings, TimeProvider time, ILogger log)
    {
        if (File.Exists(file))
        {
            throw new RootKeyException($"There is a root key file, {file}, and a key module was asked for too. Move the file away if no store needs it, or start without --key-module.");
        }

        return Open(settings, time, module =>
        {
            var label = ModuleRoot.LabelOf(id);
            if (!module.MakeKey(label, Binding.Bytes(id), ModuleKeyUse.Encrypt).TryGet(out _, out var why))
            {
                throw new RootKeyException(why == ModuleRefusal.Unavailable
                    ? module.State.Reason
                    : $"The token \"{settings.Token}\" does not make a key that never leaves it (AES-256, not extractable, only for sealing): {why}. Choose another module.");
            }

            Log.ModuleRootMade(log, label, settings.Token);
            return new ModuleRoot(id, module, log);
        });
    }

    public static IRoot Find(KnownRoot known, RootModuleOptions settings, TimeProvider time, ILogger log) => Open(settings, time, module =>
    {
        var label = ModuleRoot.LabelOf(known.Id);
        if (!module.FindKey(label, ModuleKeyUse.Encrypt).TryGet(out _, out var why))
        {
            throw new RootKeyException(why switch
            {
                ModuleRefusal.Unavailable => module.State.Reason,
                ModuleRefusal.NotFound => $"The token \"{settings.Token}\" holds no key {label}, and this store's keys are wrapped under it. Connect the token that has it, or restore the token from its own backup; without the key nothing stored can be read.",
                _ => $"The key {label} in the token \"{settings.Token}\" is not fit to be a root: it can leave the token, serves another use too, was not made inside, or is there twice. Look who changed it.",
            });
        }

        var found = new ModuleRoot(known.Id, module, log);
        return found.Unwrap(known.CheckValue, Binding.OfRoot).TryGet(out _, out var refusal)
            ? found
            : throw new RootKeyException(refusal == VaultRefusal.Unavailable
                ? module.State.Reason
                : $"The key {label} in the token \"{settings.Token}\" is not the one this store's keys are wrapped under. Connect the token that belongs to this data folder. Nothing was changed.");
    });

    private static ModuleRoot Open(RootModuleOptions settings, TimeProvider time, Func<KeyModule, ModuleRoot> use)
    {
        var module = new KeyModule(settings.ToSettings(), time);
        try
        {
            return module.Check().IsReady ? use(module) : throw new RootKeyException(module.State.Reason);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }
}
