using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Web.Chat;

/// <summary>Which members other than oneself have read up to a message, and which have not.</summary>
public sealed record Readers(IReadOnlyList<PersonId> Read, IReadOnlyList<PersonId> Unread)
{
    /// <summary>Null where read positions are not shown: in conversations whose members are too many to be named.</summary>
    public static Readers? Of(RivetClient client, Conversation conversation, ulong sequence)
    {
        var self = client.Profile.Person;
        var others = conversation.Members.Select(member => EntityId.Read<PersonId>(member.Span)).Where(member => member != self).ToList();
        if (others.Count == 0 || conversation.Removed)
        {
            return null;
        }

        var positions = client.ReadBy(EntityId.Read<ConversationId>(conversation.ConversationId.Span));
        var read = others.ToLookup(member => positions.GetValueOrDefault(member) >= sequence);
        return new Readers([.. read[true]], [.. read[false]]);
    }
}
