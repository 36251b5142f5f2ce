using Google.Protobuf;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

public sealed class ConversationTests
{
    [Fact]
    public async Task TwoPeople_OnTwoDevices_HoldAConversation()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);

        var sent = await company.Founder.SendAsync(conversation, "Hello, Bo. 你好！");
        var received = await bo.WaitForTextAsync("Hello, Bo. 你好！");
        await bo.SendAsync(conversation, "Hello, Ana.");
        await company.Founder.WaitForTextAsync("Hello, Ana.");

        Assert.Equal(sent.Sequence, received.Sequence);
        Assert.Equal(company.Founder.Person, received.AuthorPersonId);
        var log = await bo.ReadAsync(conversation);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(number => (ulong)number), log.Select(entry => entry.Sequence));
        Assert.Equal(log, await company.Founder.ReadAsync(conversation));
    }

    [Fact]
    public async Task Stranger_InTheSameCompany_CannotReadOrWrite()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var eve = await company.AddAsync("Eve");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        await company.Founder.SendAsync(conversation, "between us");

        var read = await eve.RefusedAsync(Method.Fetch, new FetchRequest { ConversationId = conversation, Limit = 10 }, FetchResponse.Parser);
        var written = await eve.TrySendAsync(conversation, "me too", Guid.NewGuid());

        Assert.Equal(RefusalCode.Denied, read.Code);
        Assert.Equal(RefusalCode.Denied, written.Refusal.Code);
        Assert.Equal(2, (await bo.ReadAsync(conversation)).Count(entry => Device.Text(entry) is not null) + 1);
    }

    [Fact]
    public async Task SameMessage_SentAgain_IsStoredOnce()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        var id = Guid.NewGuid();

        var first = (await company.Founder.TrySendAsync(conversation, "once", id)).Value;
        server.Kill();
        server.StartAgain();
        await company.Founder.ReconnectAsync();
        var second = (await company.Founder.TrySendAsync(conversation, "once", id)).Value;

        Assert.False(first.Duplicate);
        Assert.True(second.Duplicate);
        Assert.Equal(first.Sequence, second.Sequence);
        Assert.Single(await company.Founder.ReadAsync(conversation), entry => Device.Text(entry) == "once");
    }

    [Fact]
    public async Task AbsurdClock_OfAClient_ChangesNothing()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        // A client has no field for its own time: what it knows of time cannot reach the log.
        var sent = await company.Founder.SendAsync(conversation, "what time is it?");
        var entry = await bo.WaitForTextAsync("what time is it?");

        Assert.InRange(sent.AppendedMs, before - 1000, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1000);
        Assert.Equal(sent.AppendedMs, entry.AppendedMs);
        Assert.Equal(entry.AppendedMs, entry.OwnTimeMs);
    }
}
