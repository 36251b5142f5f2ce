using Microsoft.Extensions.DependencyInjection;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class FetchTests
{
    [Fact]
    public async Task Fetch_LongLog_StopsAtItsBoundsAndMissesNothing()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        await server.LiftLimitsAsync(server.State.Company);
        var group = await ann.GroupAsync("long");
        await Task.WhenAll(Enumerable.Range(0, 600).Select(number => ann.SendAsync(group, TestDevice.Post($"{number}"))));
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => ann.SendAsync(group, TestDevice.Post(new string('x', 40_000)))));

        var page = await ann.FetchAsync(group);
        var large = await ann.FetchAsync(group, after: group.LastSequence + 600);
        var log = await ann.LogAsync(group);

        Assert.Equal(500, page.Entries.Count);
        Assert.Equal(page.LastSequence, (ulong)log.Count);
        Assert.InRange(large.Entries.Count, 1, 29);
        Assert.InRange(large.CalculateSize(), 400 * 1024, 513 * 1024);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(sequence => (ulong)sequence), log.Select(entry => entry.Sequence));
        Assert.Equal(3, (await ann.FetchAsync(group, limit: 3)).Entries.Count);
        Assert.Empty((await ann.FetchAsync(group, after: page.LastSequence)).Entries);
    }

    [Fact]
    public async Task Fetch_AskingTooMuch_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("much");

        var refusal = await ann.RefusedAsync(Method.Fetch, new FetchRequest { ConversationId = group.ConversationId, Limit = 501 });

        Assert.Equal(RefusalCode.Invalid, refusal.Code);
    }

    [Fact]
    public async Task Fetch_VaultUnavailable_IsRefusedForNow()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("keys");
        server.State.IsVaultDetached = true;

        Assert.Equal(RefusalCode.Unavailable, (await ann.RefusedAsync(Method.Fetch, new FetchRequest { ConversationId = group.ConversationId })).Code);
        Assert.Equal(RefusalCode.Unavailable, (await ann.RefusedAsync(Method.ListConversations, new ListConversationsRequest())).Code);
        Assert.Equal(RefusalCode.Unavailable, (await ann.SendRefusedAsync(group, TestDevice.Post("sealed by nothing"))).Code);
        server.State.IsVaultDetached = false;
        Assert.Equal(group.LastSequence, (await ann.FetchAsync(group)).LastSequence);
    }

    [Fact]
    public async Task Fetch_KeyDestroyed_GivesEntriesWithoutContent()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("gone");
        await ann.SendAsync(group, TestDevice.Post("gone"));
        var scope = KeyScope.Of(server.State.Company, "messaging", KeyPeriod.Unbounded);
        Assert.True((await server.Services.GetRequiredService<IVault>().DestroyAsync(scope, CancellationToken.None)).Value > 0);

        Assert.All((await ann.FetchAsync(group)).Entries, entry => Assert.True(entry.Content.IsEmpty));
        var listed = await ann.AskAsync<ListConversationsResponse>(Method.ListConversations, new ListConversationsRequest());
        Assert.Equal(string.Empty, Assert.Single(listed.Conversations).Title);
    }
}
