using Orleans.Runtime;
using Rivet.Kernel;

namespace Rivet.Messaging;

/// <summary>
/// Finds a conversation's grain. Orleans would resolve the interface's names by reflection on every call, which costs a
/// message more than the call itself; they are taken once.
/// </summary>
internal sealed class ConversationGrains(IGrainFactory grains)
{
    private readonly Lazy<(GrainType Grain, GrainInterfaceType Interface)> types = new(() =>
    {
        var any = (GrainReference)grains.GetGrain<IConversationGrain>(Guid.Empty);
        return (any.GrainId.Type, any.InterfaceType);
    });

    public IConversationGrain Of(ConversationId conversation)
    {
        var (grain, contract) = types.Value;
        return (IConversationGrain)grains.GetGrain(GrainId.Create(grain, GrainIdKeyExtensions.CreateGuidKey(conversation.Value)), contract);
    }
}
