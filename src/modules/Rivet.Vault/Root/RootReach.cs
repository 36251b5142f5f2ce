using System.Diagnostics.Metrics;

namespace Rivet.Vault;

/// <summary>Whether the vault's root can be used, as seen last: a root in memory always, one in a key module while the module answers. Asks nobody.</summary>
public sealed class RootReach
{
    private readonly RootKey root;

    internal RootReach(RootKey root, IMeterFactory? meters)
    {
        this.root = root;
        meters?.Create("Rivet.Vault").CreateObservableGauge("rivet.vault.root.reachable", () => IsReachable ? 1 : 0, description: "1 while the root of the key ring can be used");
    }

    /// <summary>False before the vault has started, and while its key module does not answer: keys in memory go on, new ones wait.</summary>
    public bool IsReachable => root.Root switch
    {
        null => false,
        ModuleRoot module => module.IsReachable,
        _ => true,
    };
}
