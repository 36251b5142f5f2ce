using Microsoft.Extensions.Logging.Abstractions;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>Looks at a store's root beside the server, as a start would, and changes nothing.</summary>
public static class RootInspection
{
    /// <summary>Opens the root and proves it, where that takes nobody. A token is signed in to, so a wrong PIN is offered once each time.</summary>
    /// <param name="store">The store.</param>
    /// <param name="file">The root key's file, or where it would be.</param>
    /// <param name="seal">What opens it.</param>
    /// <param name="time">Paces attempts at a token.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<RootFinding> LookAsync(StoreLook store, string file, RootSealOptions seal, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            if (store.Read(session => KnownRoot.Find(session)) is not { } known)
            {
                return new(RootKeeping.Unknown, "");
            }

            if (known.Kind == RootKind.Module)
            {
                var path = RootModuleFile.Beside(file);
                var module = RootModuleFile.TryRead(path) ?? throw new RootKeyException($"The store's root key is inside a key module, and {path}, which names it, is missing.");
                using var inside = ModuleRoots.Find(known, module, time, NullLogger.Instance);
                return new(inside is ModuleRoot { IsHardware: true } ? RootKeeping.HardwareModule : RootKeeping.SoftwareModule, "");
            }

            if (RootKeyFile.FindSeal(file) == RootSealKind.Passphrase && seal.Wanted == RootSealKind.None)
            {
                return new(RootKeeping.PassphraseUntried, "");
            }

            using var root = await FileRoots.FindAsync(known, file, seal, ct);
            return new(
                ((FileRoot)root).Seal switch
                {
                    RootSealKind.Passphrase => RootKeeping.Passphrase,
                    RootSealKind.Tpm => RootKeeping.Tpm,
                    _ => RootKeeping.Plain,
                },
                "");
        }
        catch (RootKeyException broken)
        {
            return new(RootKeeping.Broken, broken.Message);
        }
    }
}

/// <summary>How a store's root is kept, as seen beside the server.</summary>
/// <param name="Keeping">How.</param>
/// <param name="Reason">Why a server would not start with it, and what to do; empty when it would.</param>
public sealed record RootFinding(RootKeeping Keeping, string Reason);

/// <summary>What keeps a root.</summary>
public enum RootKeeping
{
    /// <summary>The store has no root yet.</summary>
    Unknown = 0,

    /// <summary>A plain file, which is the store's.</summary>
    Plain = 1,

    /// <summary>A file sealed by a passphrase, which opened.</summary>
    Passphrase = 2,

    /// <summary>A file sealed by a passphrase that nobody told.</summary>
    PassphraseUntried = 3,

    /// <summary>A file sealed by a TPM, which opened.</summary>
    Tpm = 4,

    /// <summary>A fit key in a token that does not say it is hardware.</summary>
    SoftwareModule = 5,

    /// <summary>A fit key in a token that says it is hardware.</summary>
    HardwareModule = 6,

    /// <summary>A server would not start with it.</summary>
    Broken = 7,
}
