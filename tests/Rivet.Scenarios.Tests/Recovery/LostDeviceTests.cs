using System.Text.Json;
using Rivet.Client.Native.Tls;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests.Recovery;

/// <summary>A person's only device is lost: everything by the commands that the page of operations names.</summary>
public sealed class LostDeviceTests
{
    [Fact]
    public async Task OnlyDevice_Lost_IsCutOffAtOnceAndTheNextOneReadsTheHistory()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var (ana, lost, found) = (folder["ana"], folder["lost"], folder["found"]);
        await DoneAsync(ana, "join", server.Invitation!, "--company", "Copper & Ginkgo", "--name", "Ana", "--device", "desk");
        await DoneAsync(lost, "join", Link(await DoneAsync(ana, "admin", "invite", "--name", "Bo", "--json")), "--device", "phone");
        await DoneAsync(ana, "new", "--with", "Bo");
        await DoneAsync(ana, "send", "Bo", "before the train left");
        using var listener = CliProcess.Start(lost, "listen", "--json");
        while (await listener.ReadAsync() is { } line && Text(line) != "before the train left")
        {
        }

        await DoneAsync(ana, "admin", "sign-out", "phone", "--person", "Bo");

        while (await listener.ReadAsync() is not null)
        {
        }

        Assert.Equal(8, await listener.EndAsync()); // the link has ended for good
        await DoneAsync(ana, "send", "Bo", "after the train left");
        Assert.Equal(8, (await CliProcess.RunAsync(lost, "send", "Ana", "it is me")).ExitCode);
        Assert.DoesNotContain("after the train left", (await CliProcess.RunAsync(lost, "read", "Ana", "--json")).Output, StringComparison.Ordinal);

        var link = Link(await DoneAsync(ana, "admin", "invite", "--person", "Bo", "--json"));
        Assert.NotEqual(0, (await CliProcess.RunAsync(lost, "join", link)).ExitCode); // its home cannot come back
        await DoneAsync(found, "join", link, "--device", "new phone");

        var read = await DoneAsync(found, "read", "Ana", "--json");
        Assert.Contains("before the train left", read, StringComparison.Ordinal);
        Assert.Contains("after the train left", read, StringComparison.Ordinal);
        var devices = await DoneAsync(ana, "admin", "devices", "Bo", "--json");
        Assert.Equal(
            [("phone", true), ("new phone", false)],
            devices.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
                .Select(device => (device.GetProperty("name").GetString()!, device.GetProperty("signedOut").GetBoolean())));
    }

    /// <summary>Whoever found the device has its keys and, here, even the new invitation.</summary>
    [Fact]
    public async Task LostKeys_WithTheNewInvitation_AreRefusedAndUseNothingUp()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        await company.Founder.AskAsync(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = bo.Id }, SignOutDeviceResponse.Parser);
        var invited = await company.Founder.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonId = bo.Person }, CreateInvitationResponse.Parser);
        var join = new Join { Code = invited.Code, DeviceName = "phone again" };

        Assert.False((await TlsLink.ConnectAsync(company.Target, bo.Keys, join, null, TimeProvider.System, Company.Ct)).IsOk);
        Assert.False((await TlsLink.ConnectAsync(company.Target, bo.Keys, null, null, TimeProvider.System, Company.Ct)).IsOk);

        await using var next = await Device.JoinAsync(company.Target, join);
        Assert.Equal(bo.Person, next.Person);
    }

    private static async Task<string> DoneAsync(string home, params string[] arguments)
    {
        var (code, output) = await CliProcess.RunAsync(home, arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    private static string Link(string invitation) => JsonDocument.Parse(invitation).RootElement.GetProperty("link").GetString()!;

    private static string? Text(JsonElement line) => line.TryGetProperty("text", out var text) ? text.GetString() : null;
}
