using Orleans.Concurrency;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>
/// Places a conversation's writer. It keeps nothing: order, dedupe and membership are decided in the store's
/// transaction, so an activation that exists twice by mistake does no harm, and there is nothing to load or to lose.
/// </summary>
[Reentrant]
internal sealed class ConversationGrain(Appender appender, MembershipBook membership, ImportBook imports) : Grain, IConversationGrain
{
    public ValueTask<Appended> AppendAsync(AppendCommand command) => appender.AppendAsync(Id, command);

    public ValueTask<Counted> AddMembersAsync(MemberCommand command) => Refusing(membership.AddAsync(Id, command));

    public ValueTask<Counted> RemoveMemberAsync(MemberCommand command) => Refusing(membership.RemoveAsync(Id, command));

    public ValueTask<Counted> ImportAsync(ImportCommand command) => Refusing(imports.ImportAsync(Id, command));

    private ConversationId Id => new(this.GetPrimaryKey());

    private static async ValueTask<Counted> Refusing(ValueTask<Counted> work)
    {
        try
        {
            return await work;
        }
        catch (StoreUnavailableException)
        {
            return Counted.Refused(MessagingRefusal.StoreUnavailable);
        }
    }
}
