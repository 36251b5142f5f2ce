using Rivet.Kernel;

namespace Rivet.Client;

/// <content>What is seen of others while this process holds the link; nothing of it is in the home.</content>
public sealed partial class RivetClient
{
    /// <summary>
    /// Tells what is in front of the person: from now on <see cref="ReadBy"/> is complete for that conversation and
    /// <see cref="IsPresent"/> for those people (at most 200; the rest is left out), also over new links.
    /// </summary>
    public void Attend(ConversationId? conversation, IEnumerable<PersonId> people) => live.Attend(conversation, people);

    /// <summary>How far others have read, as far as the server shows it: in conversations of at most 50 members.</summary>
    public IReadOnlyDictionary<PersonId, ulong> ReadBy(ConversationId conversation) => live.ReadBy(conversation);

    /// <summary>Whether somebody who is attended to is here now. Nobody is while there is no link.</summary>
    public bool IsPresent(PersonId person) => live.IsPresent(person);

    /// <summary>Who else is writing in a conversation now.</summary>
    public IReadOnlyList<PersonId> Writing(ConversationId conversation) => live.Writing(conversation);

    /// <summary>Shows others that this person is writing; call it with every keystroke, it goes out every three seconds at most.</summary>
    public void ShowTyping(ConversationId conversation) => live.ShowTyping(conversation);
}
