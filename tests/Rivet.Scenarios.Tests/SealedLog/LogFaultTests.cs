using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// Facts that must be recorded, invitations here, while the machine under the server fails: each that was acknowledged is in the log exactly once, and
/// none that was refused.
/// </summary>
public sealed class LogFaultTests : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly ConcurrentBag<ByteString> acknowledged = [];
    private ServerProcess? server;
    private Company? company;

    [Fact]
    public async Task Disk_FullWhileEventsAreRecorded_RefusesWithAReasonAndLosesNothing()
    {
        using var disk = SmallDisk.TryMount(folder["disk"], megabytes: 24);
        Assert.SkipWhen(disk is null, "no file system can be mounted here");
        await FoundAsync(ServerProcess.Start(Path.Combine(folder["disk"], "data"), folder["keys"]));
        for (var number = 0; number < 20; number++)
        {
            Assert.Null(await InviteAsync());
        }

        disk!.Fill();
        Refusal? refusal;
        while ((refusal = await InviteAsync()) is null)
        {
        }

        Assert.Equal(RefusalCode.Unavailable, refusal.Code);
        Assert.Contains(refusal.Reason, (string[])["store.unavailable", "log.behind"]);
        Assert.DoesNotContain(folder.Path, refusal.Detail, StringComparison.Ordinal);

        disk.Free();
        while (await InviteAsync() is not null)
        {
            await Task.Delay(50, Company.Ct);
        }

        await RequireEachOnceAsync();
        server!.Kill();
        server.StartAgain();
        await RequireEachOnceAsync();
    }

    [Fact]
    public async Task Server_KilledInBurstsOfEvents_HasEachAcknowledgedOnceAndIsIntact()
    {
        await FoundAsync(ServerProcess.Start(folder));
        for (var round = 0; round < 3; round++)
        {
            var before = acknowledged.Count;
            var burst = Enumerable.Range(0, 8).Select(_ => InviteUntilBrokenAsync()).ToArray();
            while (acknowledged.Count < before + 100)
            {
                Assert.Contains(burst, lane => !lane.IsCompleted);
                await Task.Delay(5, Company.Ct);
            }

            server!.Kill();
            await Task.WhenAll(burst);
            server.StartAgain();
            await company!.Founder.ReconnectAsync();
            await RequireEachOnceAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (company?.DisposeAsync() ?? ValueTask.CompletedTask);
        server?.Dispose();
        folder.Dispose();
    }

    private async Task FoundAsync(ServerProcess started)
    {
        server = started;
        company = await Company.FoundAsync(started);
        var added = await company.Founder.AskAsync(Method.AddLogReader, new AddLogReaderRequest { Name = "auditor" }, AddLogReaderResponse.Parser);
        await File.WriteAllTextAsync(folder["token"], added.Token, Company.Ct);
    }

    private async Task InviteUntilBrokenAsync()
    {
        while (await InviteAsync() is null)
        {
        }
    }

    /// <summary>One fact; null when it was acknowledged.</summary>
    private async Task<Refusal?> InviteAsync()
    {
        var asked = await company!.Founder.Link.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "Bo" }, CreateInvitationResponse.Parser, Company.Ct);
        if (!asked.TryGet(out var made, out var refusal))
        {
            return refusal;
        }

        acknowledged.Add(made.Code);
        return null;
    }

    /// <summary>What is in the store is in the log, each once; what was acknowledged is in the store; and the auditor finds the log intact.</summary>
    private async Task RequireEachOnceAsync()
    {
        await company!.Founder.ReconnectAsync();
        var database = Path.Combine(server!.DataFolder, "rivet.db");
        while (SampleStore.Ask(database, "SELECT count(*) FROM outbox o WHERE position > coalesce((SELECT position FROM outbox_cursor WHERE consumer = 'audit'), 0)")[0] != "0")
        {
            await Task.Delay(20, Company.Ct);
        }

        var key = (await company.Founder.AskAsync(Method.ReadLogHead, new ReadLogHeadRequest(), ReadLogHeadResponse.Parser)).Key;
        var log = key.Split('+')[0].Split('/')[^1];
        var stored = SampleStore.Ask(database, $"SELECT lower(hex(code_hash)) || ' ' || lower(hex(invitation_id)) FROM identity_invitation WHERE company = x'{log}'")
            .Select(row => row.Split(' ')).ToDictionary(row => row[0], row => row[1]);
        Assert.Subset(stored.Keys.ToHashSet(), acknowledged.Select(code => Convert.ToHexStringLower(SHA256.HashData(code.Span))).ToHashSet());
        Assert.Equal(stored.Values.Order(StringComparer.Ordinal), (await RecordedAsync(log)).Order(StringComparer.Ordinal));

        var mirror = folder[Guid.NewGuid().ToString("N")];
        await VerifyProcess.FetchAsync(server, log, folder["token"], mirror);
        await File.WriteAllTextAsync(folder["key"], key, Company.Ct);
        var (code, said) = await VerifyProcess.RunAsync("log", mirror, "--key", folder["key"], "--remember", folder["seen.json"]);
        Assert.True(code == 0, said);
    }

    /// <summary>The invitations that the log tells of, as <c>rivet events</c> prints it for the owner of the folders.</summary>
    private async Task<List<string>> RecordedAsync(string log)
    {
        var end = await Programs.RunAsync(
            Built.Program("Rivet.Server", "Rivet.Server"), ["events", "--log", log, "--data", server!.DataFolder, "--keys", server.KeysFolder], null, Company.Ct);
        Assert.True(end.ExitCode == 0, end.Error);
        return [.. end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(one => one.GetProperty("metadata").GetProperty("event_code").GetString() == "identity.invitation.created")
            .Select(one => one.GetProperty("unmapped").GetProperty("invitation").GetString()!)];
    }
}
