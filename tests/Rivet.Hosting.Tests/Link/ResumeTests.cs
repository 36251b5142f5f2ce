using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Rivet.Client.Native.Tls;
using Rivet.Hosting.Link;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Link;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

/// <summary>Tickets (docs/protocol/lws.md §9): used once, bounded, dropped, and never more than a shorter way to the same question.</summary>
public sealed class ResumeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_WithATicket_ResumesAndIsGivenAnother()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await JoinAsync(server, keys, memory);
        var asked = server.Identity.Asked;

        for (var round = 1; round <= 3; round++)
        {
            await using var link = await ConnectAsync(server, keys, memory);
            Assert.Equal((LinkPattern.Resumption, LinkBinding.TlsExporter), (link.Terms.Pattern, link.Terms.Binding));
            Assert.Equal(asked + round, server.Identity.Asked); // The register is asked like for any other.
            Assert.NotNull(await link.PingAsync(Ct));
        }
    }

    [Fact]
    public async Task Connect_TicketUsedBefore_IsRefusedAndMakesFirstContact()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await JoinAsync(server, keys, memory);
        var ticket = memory.TakeTicket(TimeProvider.System)!;
        var stolen = new ServerMemory();
        Keep(memory, ticket);
        Keep(stolen, ticket);
        await (await ConnectAsync(server, keys, memory)).DisposeAsync();

        await using var second = await ConnectAsync(server, keys, stolen);

        Assert.Equal(LinkPattern.FirstContact, second.Terms.Pattern);
    }

    [Fact]
    public async Task Connect_TicketTooOld_IsNotUsed()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await JoinAsync(server, keys, memory);
        var ticket = memory.TakeTicket(TimeProvider.System)!;
        Keep(memory, ticket); // The client's clock stands; the server's goes on.
        time.Advance(TimeSpan.FromHours(25));

        await using var link = await ConnectAsync(server, keys, memory);

        Assert.Equal(LinkPattern.FirstContact, link.Terms.Pattern);
    }

    [Fact]
    public async Task Connect_TicketOfASignedOutDevice_IsGone()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        var device = await JoinAsync(server, keys, memory);
        var ticket = memory.TakeTicket(TimeProvider.System)!;
        Keep(memory, ticket);

        server.Get<ILinkTickets>().Drop(device);
        await using var link = await ConnectAsync(server, keys, memory);

        Assert.Equal(LinkPattern.FirstContact, link.Terms.Pattern);
    }

    [Fact]
    public async Task Connect_SignedOutWithAnUnusedTicket_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await JoinAsync(server, keys, memory);
        server.Identity.SignOut(keys.Identity.PublicKey);

        var outcome = await TlsLink.ConnectAsync(server.Target, keys, null, memory, TimeProvider.System, Ct);

        Assert.Equal(LinkRefusal.Refused, outcome.Refusal);
    }

    [Fact]
    public async Task Connect_ServerStopped_ItsTicketsAreNotTried()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        var memory = new ServerMemory();
        await using var link = (await TlsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value;
        Assert.NotNull(await link.PingAsync(Ct)); // The ticket came before the pong.

        await server.StopAsync();

        Assert.Equal(CloseReason.ShuttingDown, await link.Closed);
        Assert.Null(memory.TakeTicket(TimeProvider.System));
    }

    [Theory]
    [InlineData(15, 32, 60)]
    [InlineData(16, 31, 60)]
    [InlineData(16, 32, 86_401)]
    public void Keep_TicketOutOfBounds_IsIgnored(int id, int secret, uint lifetime)
    {
        var memory = new ServerMemory();

        memory.Keep(
            new Ticket { Id = Google.Protobuf.ByteString.CopyFrom(new byte[id]), Secret = Google.Protobuf.ByteString.CopyFrom(new byte[secret]), LifetimeSeconds = lifetime },
            TimeProvider.System);

        Assert.Null(memory.TakeTicket(TimeProvider.System));
    }

    private static void Keep(ServerMemory memory, ClientTicket ticket) => memory.Keep(
        new Ticket
        {
            Id = Google.Protobuf.ByteString.CopyFrom(ticket.Id.Span), Secret = Google.Protobuf.ByteString.CopyFrom(ticket.Secret.Span), LifetimeSeconds = 86_400,
        },
        TimeProvider.System);

    private static async Task<Kernel.DeviceId> JoinAsync(TestServer server, DeviceKeys keys, ServerMemory memory)
    {
        await using var link = (await TlsLink.ConnectAsync(server.Target, keys, TestServer.NewJoin(), memory, TimeProvider.System, Ct)).Value;
        Assert.NotNull(await link.PingAsync(Ct)); // The ticket came before the pong.
        return Kernel.EntityId.Read<Kernel.DeviceId>(link.Welcome.DeviceId.Span);
    }

    private static async Task<LwsLink> ConnectAsync(TestServer server, DeviceKeys keys, ServerMemory memory)
    {
        var link = (await TlsLink.ConnectAsync(server.Target, keys, null, memory, TimeProvider.System, Ct)).Value;
        Assert.NotNull(await link.PingAsync(Ct));
        return link;
    }
}
