using System.Text;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>What happened, line by line with its simulated time. Kept only when a failing schedule is run again.</summary>
internal sealed class Trace(Loop loop)
{
    private const int MostOfALine = 220;
    private readonly StringBuilder lines = new();

    public void Write(string line) => lines.Append(FormattableString.Invariant($"{loop.Now.TotalSeconds,9:0.000}  ")).AppendLine(line);

    public override string ToString() => lines.ToString();

    /// <summary>A message in a few words: logs by their sequences, conversations by what of them moves.</summary>
    public static string Of(IMessage? message)
    {
        var text = message switch
        {
            FetchResponse page => $"entries {string.Join(' ', page.Entries.Select(entry => entry.Sequence))}, last {page.LastSequence}",
            ListConversationsResponse list => string.Join(", ", list.Conversations.Select(Of)),
            FetchRequest fetch => $"{Name(fetch.ConversationId)} after {fetch.After}",
            SendRequest send => $"{Name(send.ConversationId)} {Content.Parser.ParseFrom(send.Content)}",
            AcknowledgeRequest acknowledge => string.Join(", ", acknowledge.Cursors.Select(cursor => $"{Name(cursor.ConversationId)} {cursor.Sequence}")),
            MarkReadRequest mark => $"{Name(mark.Cursor.ConversationId)} {mark.Cursor.Sequence}",
            Conversation conversation => Of(conversation),
            Entry entry => $"{Name(entry.ConversationId)} {entry.Sequence}",
            _ => $"{message}",
        };
        return text.Length > MostOfALine ? text[..MostOfALine] + "…" : text;
    }

    public static string Of(Result<IMessage, Refusal> answer) => answer.TryGet(out var message, out var refusal) ? Of(message) : $"refused: {refusal.Reason}";

    private static string Of(Conversation conversation)
        => $"{Name(conversation.ConversationId)}{(conversation.Removed ? " removed" : "")} last {conversation.LastSequence} read {conversation.ReadSequence} cursor {conversation.DeviceCursor}";

    private static string Name(ByteString id) => id.Length < 2 ? "?" : $"c{id[^1]}";
}
