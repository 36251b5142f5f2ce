using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging.Tests;

public sealed class ActivityTests
{
    [Theory]
    [InlineData("en", "Messaging", "Messages today (UTC)")]
    [InlineData("zh-CN", "消息", "今天的消息（UTC）")]
    public async Task Status_AfterMessages_CountsThemInTheReadersLanguage(string culture, string title, string label)
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        await ann.ConnectAsync();
        await ann.GroupAsync("counted");
        var payload = new byte[48];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(40), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var rows = Enumerable.Range(1, 3).Select(position => new OutboxRow(position, "messaging.appended", server.State.Company.ToBytes(), payload)).ToList();
        var apply = await new ActivityConsumer(server.Services.GetRequiredService<PolicyBook>()).PrepareAsync(rows, CancellationToken.None);
        await server.Store.WriteAsync(
            transaction =>
            {
                apply(transaction);
                return Done.Value;
            },
            CancellationToken.None);

        var section = await server.Services.GetRequiredService<IStatusSource>().ReadAsync(CultureInfo.GetCultureInfo(culture), CancellationToken.None);

        Assert.Equal(title, section.Title);
        Assert.Equal(["1", "3", "3", "1"], section.Lines.Take(4).Select(line => line.Value));
        Assert.Equal(label, section.Lines[2].Label);
    }
}
