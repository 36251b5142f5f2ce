using System.Globalization;
using Google.Protobuf;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

public sealed class FullDiskTests
{
    private static readonly string Bulk = new('x', 8_000);

    [Fact]
    public async Task Quota_Reached_RefusesAndKeepsWhatWasAcknowledged()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder, "--quota", "2");
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);

        var acknowledged = await SendUntilRefusedAsync(company.Founder, conversation);
        var readable = await bo.ReadAsync(conversation);
        server.Stop();
        server.StartAgain("--quota", "64");
        await company.Founder.ReconnectAsync();
        await bo.ReconnectAsync();
        await company.Founder.SendAsync(conversation, "room again");

        Assert.Equal(acknowledged, Numbers(readable));
        Assert.Equal(acknowledged, Numbers(await bo.ReadAsync(conversation)));
        await bo.WaitForTextAsync("room again");
    }

    /// <summary>A file system of its own, really full; whoever may not mount one is served by the quota above.</summary>
    [Fact]
    public async Task Disk_FullAndThenFreed_RefusesAndThenGoesOnWithoutARestart()
    {
        using var folder = new TempFolder();
        using var disk = SmallDisk.TryMount(folder["disk"], megabytes: 24);
        Assert.SkipWhen(disk is null, "no file system can be mounted here");
        using var server = ServerProcess.Start(Path.Combine(folder["disk"], "data"), folder["keys"]);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);

        disk!.Fill();
        var acknowledged = await SendUntilRefusedAsync(company.Founder, conversation);
        disk.Free();
        await company.Founder.SendAsync(conversation, "room again");

        await bo.WaitForTextAsync("room again");
        Assert.Equal(acknowledged, Numbers(await bo.ReadAsync(conversation)));
        server.Kill();
        server.StartAgain();
        await bo.ReconnectAsync();
        Assert.Equal(acknowledged, Numbers(await bo.ReadAsync(conversation)));
    }

    /// <summary>Sends numbered messages until the server says that it cannot store; gives the numbers it acknowledged.</summary>
    private static async Task<List<string>> SendUntilRefusedAsync(Device from, ByteString conversation)
    {
        var acknowledged = new List<string>();
        for (var number = 0; number < 20_000; number++)
        {
            var name = number.ToString("D6", CultureInfo.InvariantCulture);
            if (!(await from.TrySendAsync(conversation, name + Bulk, Guid.NewGuid())).TryGet(out _, out var refusal))
            {
                Assert.Equal(RefusalCode.Unavailable, refusal.Code);
                return acknowledged;
            }

            acknowledged.Add(name);
        }

        throw new InvalidOperationException("The disk never filled.");
    }

    private static List<string> Numbers(List<Entry> log)
        => [.. log.Select(Device.Text).OfType<string>().Where(text => text.EndsWith('x')).Select(text => text[..6])];
}
