using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>A company that keeps its own key: the real server, the real key server over SoftHSM, and the customer's switch.</summary>
public sealed class KillSwitchTests
{
    [Fact]
    public async Task CustomerSaysNo_NothingOfTheCompanyIsRead_AndAllOfItWhenItIsGrantedAgain()
    {
        using var folder = new TempFolder();
        using var keys = new KeyServerProcess(folder, new SoftToken());
        await keys.InitAsync(Company.Ct);
        await keys.DoAsync(Company.Ct, "key", "add", "acme");
        await keys.StartAsync(Company.Ct);
        using var server = ServerProcess.Start(folder, "--key-server-here");
        await using var company = await Company.FoundAsync(server);
        var ana = company.Founder;
        var bo = await company.AddAsync("Bo", role: Role.Administrator);
        var conversation = await ana.OpenDirectAsync(bo);
        await ana.SendAsync(conversation, "before");

        await HandOverAsync(ana, bo, keys);
        await Until.HoldsAsync(async () => (await StandingAsync(ana)).ToRewrap == 0);
        await ana.SendAsync(conversation, "under the customer's key");

        await keys.DoAsync(Company.Ct, "kill", "acme");
        await Until.HoldsAsync(async () => await ReadRefusedAsync(bo, conversation) == "vault.withheld");
        await Until.HoldsAsync(async () => (await StandingAsync(ana)).WithheldMs > 0);
        Assert.Equal("vault.withheld", (await ana.TrySendAsync(conversation, "in vain", Guid.NewGuid())).Refusal.Reason);

        // Not by signing in anew either, nor by starting the server anew.
        await bo.ReconnectAsync();
        Assert.Equal("vault.withheld", await ReadRefusedAsync(bo, conversation));
        Assert.Equal(0, server.Stop());
        server.StartAgain("--key-server-here");
        await ana.ReconnectAsync();
        await bo.ReconnectAsync();
        await Until.HoldsAsync(async () => await ReadRefusedAsync(bo, conversation) == "vault.withheld");

        await keys.DoAsync(Company.Ct, "restore", "acme");
        await Until.HoldsAsync(async () => await ReadRefusedAsync(bo, conversation) is null);
        Assert.Equal(["before", "under the customer's key"], (await bo.ReadAsync(conversation)).Select(Device.Text).Where(text => text is not null));
        await ana.SendAsync(conversation, "and on");
        await Until.HoldsAsync(async () => (await StandingAsync(ana)).WithheldMs == 0);
        await Until.HoldsAsync(async () => await LogTellsAsync(ana, "vault.company-key.withheld") && await LogTellsAsync(ana, "vault.company-key.granted"));
    }

    /// <summary>One administrator asks, the other approves. A busy machine may take the key server over its 250 ms: then nothing was changed, and it is asked again.</summary>
    private static async Task HandOverAsync(Device asking, Device approving, KeyServerProcess keys)
    {
        var service = new KeyServiceAddress
        {
            Address = keys.Address, Key = "acme", Region = KeyServerProcess.Region, Certificate = keys.Certificate, AccessKey = keys.AccessKey, Secret = keys.Secret,
        };
        var ask = new AskKeyChangeRequest { Action = KeyChangeAction.KeyChangeUseKeyService, Reason = "our key, our switch", Service = service };
        Result<AskKeyChangeResponse, Refusal> asked = default;
        await Until.HoldsAsync(async () => (asked = await asking.Link.AskAsync(Method.AskKeyChange, ask, AskKeyChangeResponse.Parser, Company.Ct)).IsOk);
        var approve = new ApproveKeyChangeRequest { RequestId = asked.Value.Change.RequestId };
        Assert.Equal("key.same-person", (await asking.RefusedAsync(Method.ApproveKeyChange, approve, ApproveKeyChangeResponse.Parser)).Reason);
        await Until.HoldsAsync(async () => (await approving.Link.AskAsync(Method.ApproveKeyChange, approve, ApproveKeyChangeResponse.Parser, Company.Ct)).IsOk);
    }

    private static async Task<CompanyKeyStanding> StandingAsync(Device device) => (await device.AskAsync(Method.ReadCompanyKey, new ReadCompanyKeyRequest(), ReadCompanyKeyResponse.Parser)).Key;

    /// <summary>Why the conversation cannot be read; null when it can.</summary>
    private static async Task<string?> ReadRefusedAsync(Device device, ByteString conversation)
    {
        var request = new FetchRequest { ConversationId = conversation, After = 0, Limit = 500 };
        var answer = await device.Link.AskAsync(Method.Fetch, request, FetchResponse.Parser, Company.Ct);
        return answer.IsOk ? null : answer.Refusal.Reason;
    }

    private static async Task<bool> LogTellsAsync(Device device, string kind)
    {
        var answer = await device.Link.AskAsync(Method.ReadEvents, new ReadEventsRequest { Limit = 100 }, ReadEventsResponse.Parser, Company.Ct);
        return answer.IsOk && answer.Value.Events.Any(fact => fact.Kind == kind);
    }
}
