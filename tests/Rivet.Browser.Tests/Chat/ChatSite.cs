using Rivet.Client;
using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Browser.Tests;

/// <summary>A server with a company, whose administrator invites from a terminal's client.</summary>
public sealed class ChatSite : IAsyncDisposable
{
    private readonly Chromium chromium;
    private readonly Site site;
    private readonly TempFolder home = new();

    private ChatSite(Chromium chromium, Site site) => (this.chromium, this.site) = (chromium, site);

    public Site Site => site;

    /// <summary>The administrator's installed client.</summary>
    public RivetClient Administrator { get; private set; } = null!;

    public static async Task<ChatSite> StartAsync(Chromium chromium)
    {
        var made = new ChatSite(chromium, Site.Start());
        await using var setUp = await chromium.OpenAsync(made.site.Address);
        var command = await made.site.SetUpAsync(await setUp.PageAsync("/setup"), "Ada Admin");
        made.Administrator = await made.JoinInstalledAsync(command.Split(' ')[^1], "Ada Admin", "Desk");
        return made;
    }

    /// <summary>A new person who joins in a browser.</summary>
    public async Task<ChatVisit> JoinAsync(string person, Action<Microsoft.Playwright.BrowserNewContextOptions>? change = null)
        => await ChatVisit.JoinAsync(chromium, site.Address, await InviteAsync(person), person, change);

    public async Task<string> InviteAsync(string person)
        => (await Administrator.InviteAsync(Role.Member, person, null, mailAddress: "", TimeSpan.FromHours(1), TestContext.Current.CancellationToken)).Value.Link;

    /// <summary>A person who joins with an installed client, as the terminal does.</summary>
    public async Task<RivetClient> JoinInstalledAsync(string invitation, string person, string device)
    {
        Assert.True(InvitationLink.TryParse(invitation, out var link), invitation);
        var place = new ContainerPlace { Home = Path.Combine(home.Path, person), KeyFolder = Path.Combine(home.Path, person + " keys") };
        var joined = await NativeClient.JoinAsync(
            new ClientHome { Place = place }, link, new JoinDetails(person, device, ""), TimeProvider.System, TestContext.Current.CancellationToken);
        var client = joined.Value;
        client.Start();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Administrator.DisposeAsync();
        await site.DisposeAsync();
        home.Dispose();
    }
}
