using Orleans.Runtime;

namespace Rivet.Cluster;

/// <summary>
/// Finds the grains of one contract. Orleans would resolve the contract's names by reflection on every call, which costs a message more
/// than the call itself; here they are taken once. Safe for concurrent use.
/// </summary>
/// <typeparam name="TGrain">The contract.</typeparam>
public sealed class GrainFinder<TGrain>(IGrainFactory grains)
    where TGrain : IGrainWithGuidKey
{
    private readonly Lazy<(GrainType Grain, GrainInterfaceType Contract)> types = new(() =>
    {
        var any = (GrainReference)(IAddressable)grains.GetGrain<TGrain>(Guid.Empty);
        return (any.GrainId.Type, any.InterfaceType);
    });

    /// <summary>The grain of a key, wherever it lives.</summary>
    public TGrain Of(Guid key)
    {
        var (grain, contract) = types.Value;
        return (TGrain)grains.GetGrain(GrainId.Create(grain, GrainIdKeyExtensions.CreateGuidKey(key)), contract);
    }
}
