using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>Reads or makes the root and proves that it is the one that this store's keys are wrapped under.</summary>
internal sealed class VaultStart(
    RootKey root, IStore store, IOptions<VaultOptions> options, IOptions<StorageOptions> storage, TimeProvider time, ILogger<VaultStart> log)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.AllowCoreDumps)
        {
            ProcessHardening.DisableCoreDumps();
        }

        var file = options.Value.RootKeyFile;
        RefuseInside(storage.Value.Folder, file);
        var module = options.Value.RootModule ?? RootModuleFile.TryRead(RootModuleFile.Beside(file));
        var known = await store.ReadAsync(session => KnownRoot.Find(session), cancellationToken);
        if (known is null)
        {
            await FoundAsync(file, module, cancellationToken);
        }
        else
        {
            root.Set(await FindAsync(known, file, module, cancellationToken));
            await store.WriteAsync(transaction => Incarnation.IsNewTo(transaction, "vault") ? KeyStore.EndEpochs(transaction) : 0, cancellationToken);
        }

        if (options.Value.RootModule is { } given)
        {
            RootModuleFile.Write(RootModuleFile.Beside(file), given);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The root of a store that has one, of the kind that it has.</summary>
    private async Task<IRoot> FindAsync(KnownRoot known, string file, RootModuleOptions? module, CancellationToken ct) => (known.Kind, module) switch
    {
        (RootKind.File, null) => await FileRoots.FindAsync(known, file, options.Value.RootSeal, ct),
        (RootKind.Module, _) when options.Value.RootSeal.Wanted != RootSealKind.None => throw new RootKeyException(
            $"This store's root key is inside a key module, which needs no seal, and {options.Value.RootSeal} was named. Start without naming it. Nothing was changed."),
        (RootKind.Module, { } settings) => ModuleRoots.Find(known, settings, time, log),
        (RootKind.File, _) => throw new RootKeyException(
            $"This store's root key is a file, {file}, and a key module was asked for. A root does not move: start without --key-module "
            + $"(and without {RootModuleFile.Beside(file)}), or choose an empty data folder for a server whose root is in the module. Nothing was changed."),
        _ => throw new RootKeyException(
            $"This store's root key is inside a key module (its label is {ModuleRoot.LabelOf(known.Id)}), and none was named. Start with --key-module, --token and --pin-file, "
            + $"or put {RootModuleFile.Beside(file)} back from its backup. Nothing was changed."),
    };

    /// <summary>The first start: the root is made, and the store remembers its kind.</summary>
    private async Task FoundAsync(string file, RootModuleOptions? module, CancellationToken ct)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        if (module is not null && options.Value.RootSeal.Wanted != RootSealKind.None)
        {
            throw new RootKeyException($"A key module was asked for, and {options.Value.RootSeal} too. A root is in a module or in a sealed file: name one.");
        }

        var (made, kind) = module is null
            ? (await FileRoots.MakeAsync(id, file, options.Value.RootSeal, log, ct), RootKind.File)
            : (ModuleRoots.Make(id, file, module, time, log), RootKind.Module);
        try
        {
            await RememberAsync(id, kind, CheckOf(made), ct);
        }
        catch
        {
            made.Dispose();
            throw;
        }

        root.Set(made);
    }

    /// <summary>One byte and not none: some modules do not seal nothing.</summary>
    private static byte[] CheckOf(IRoot made)
        => made.Wrap([1], Binding.OfRoot).TryGet(out var check, out _) ? check : throw new RootKeyException($"The new root key does not seal: {made.Check().Reason}");

    private Task RememberAsync(Guid id, RootKind kind, byte[] check, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return store.WriteAsync(
            transaction =>
            {
                transaction.Record(new SecurityEvent
                {
                    Id = EntityId.New<EventId>(time),
                    At = now,
                    Kind = VaultEvents.RootAdopted,
                    Actor = Subject.OfSystem(default),
                    Target = new("vault-root", id, default),
                    Outcome = EventOutcome.Success,
                });
                return transaction.Execute(
                    "INSERT INTO vault_root (root_id, check_value, created_ms, kind) VALUES ($1, $2, $3, $4)",
                    id.ToByteArray(bigEndian: true), check, now.ToUnixTimeMilliseconds(), (int)kind);
            },
            ct);
    }

    private static void RefuseInside(string folder, string file)
    {
        var inside = Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(file));
        if (!Path.IsPathRooted(inside) && inside != ".." && !inside.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new RootKeyException($"The root key file {file} must lie outside the data folder {folder}: whoever copies the data must not get the key with it.");
        }
    }
}
