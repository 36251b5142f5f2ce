using Rivet.Client;
using Rivet.Kernel;

namespace Rivet.Browser.Tests;

/// <summary>What tests ask of an installed client.</summary>
internal static class Installed
{
    /// <summary>The conversation of a title.</summary>
    public static ConversationId IdOf(this RivetClient client, string title)
        => EntityId.Read<ConversationId>(client.Conversations().Single(conversation => conversation.Title == title).ConversationId.Span);

    /// <summary>Waits until exactly one post says this.</summary>
    public static async Task HasAsync(this RivetClient client, string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            var seen = client.Changes;
            var found = client.Conversations()
                .Select(conversation => client.TimelineOf(EntityId.Read<ConversationId>(conversation.ConversationId.Span)))
                .Sum(timeline => timeline.Items.Count(item => item.Text == text));
            if (found > 0)
            {
                Assert.Equal(1, found);
                return;
            }

            await client.ChangedAsync(seen, limit.Token);
        }
    }
}
