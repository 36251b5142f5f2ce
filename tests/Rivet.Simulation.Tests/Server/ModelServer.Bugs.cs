using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <content>What it does wrong when it is told to.</content>
internal sealed partial class ModelServer
{
    private const int LateCommits = 3;
    private readonly List<(ModelConversation Conversation, Entry Entry, (Guid, ByteString) Origin)> uncommitted = [];
    private readonly HashSet<ModelConversation> reusing = [];
    private List<PersonId> deaf = [];
    private int fetches;

    private void Delay(ModelConversation conversation, Entry entry, (Guid, ByteString) origin)
    {
        if (bug is ModelBug.AnswersBeforeCommit)
        {
            uncommitted.Add((conversation, entry, origin));
            if (uncommitted.Count > LateCommits)
            {
                uncommitted.RemoveAt(0);
            }
        }
    }

    private void CrashWrongly()
    {
        for (var at = uncommitted.Count - 1; at >= 0; at--)
        {
            var (conversation, entry, origin) = uncommitted[at];
            if (conversation.Log[^1] == entry)
            {
                conversation.Log.RemoveAt(conversation.Log.Count - 1);
                origins.Remove(origin);
            }
        }

        uncommitted.Clear();
        if (bug is ModelBug.ForgetsIdsInACrash)
        {
            origins.Clear();
        }

        if (bug is ModelBug.ReusesASequence)
        {
            reusing.UnionWith(conversations.Values);
        }
    }

    private ulong NextSequence(ModelConversation conversation)
    {
        if (conversation.Log.Count > 0 && reusing.Remove(conversation))
        {
            conversation.Log.RemoveAt(conversation.Log.Count - 1);
        }

        return (ulong)conversation.Log.Count + (bug is ModelBug.LeavesAGap && conversation.Log.Count > 6 ? 2UL : 1UL);
    }

    private FetchResponse Hide(FetchResponse response)
    {
        if (bug is ModelBug.HidesAnEntry && response.Entries.Count > 0 && ++fetches % 5 == 0)
        {
            response.Entries.RemoveAt(response.Entries.Count - 1);
            response.LastSequence--;
        }

        return response;
    }

    private bool IsHeardBy(ModelConversation conversation, PersonId person)
        => (conversation.Members.Contains(person) && !deaf.Contains(person)) || (bug is ModelBug.ServesTheRemoved && conversation.Log.Count > 0);
}
