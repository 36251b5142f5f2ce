using Rivet.Client;
using Rivet.Client.Browser;
using Rivet.Kernel;

namespace Rivet.Web;

/// <summary>What stands in front of the person.</summary>
public enum DeskState
{
    /// <summary>The home is being opened.</summary>
    Opening,

    /// <summary>This browser belongs to no company yet.</summary>
    Outside,

    /// <summary>Another tab has the home.</summary>
    Elsewhere,

    /// <summary>The chat.</summary>
    Open,

    /// <summary>The home cannot be used; <see cref="Desk.Why"/> says why.</summary>
    Broken,
}

/// <summary>The one client of this tab, and whether it has it.</summary>
public sealed class Desk : IAsyncDisposable
{
    private const string HomeName = "default";
    private readonly BrowserClient browser;

    /// <summary>A desk at a server.</summary>
    public Desk(Uri server, TimeProvider time)
    {
        Server = server;
        browser = new BrowserClient(server, HomeName, time);
        browser.Wanted += () => Run(GiveUpAsync());
        browser.Lost += () => Run(GiveUpAsync());
    }

    /// <summary>The address of the server's pages.</summary>
    public Uri Server { get; }

    /// <summary>What stands in front of the person.</summary>
    public DeskState State { get; private set; }

    /// <summary>The client; there only while <see cref="State"/> is <see cref="DeskState.Open"/>.</summary>
    public RivetClient? Client { get; private set; }

    /// <summary>Why it is broken; a stable key.</summary>
    public string Why { get; private set; } = "";

    /// <summary>Another state.</summary>
    public event Action? Changed;

    /// <summary>Opens the home; with <paramref name="take"/> another tab gives it up.</summary>
    public async Task OpenAsync(bool take)
    {
        Stand(DeskState.Opening);
        if (!scriptsLoaded)
        {
            await BrowserClient.LoadAsync(
                "../../_content/Rivet.Cryptography.WebCrypto/webcrypto.js", "../../_content/Rivet.Client.Browser/home.js", CancellationToken.None);
            scriptsLoaded = true;
        }

        if ((await browser.OpenAsync(take)).TryGet(out var client, out var refusal))
        {
            Begin(client);
            return;
        }

        Why = refusal.Reason;
        Stand(refusal.Reason switch
        {
            ClientRefusal.NotJoined => DeskState.Outside,
            "home.open-elsewhere" => DeskState.Elsewhere,
            _ => DeskState.Broken,
        });
    }

    /// <summary>Joins a company; null when it did.</summary>
    public async Task<ClientRefusal?> JoinAsync(InvitationLink invitation, JoinDetails details)
    {
        if ((await browser.JoinAsync(invitation, details, CancellationToken.None)).TryGet(out var client, out var refusal))
        {
            Begin(client);
            return null;
        }

        return refusal;
    }

    /// <summary>Forgets what this browser holds, and starts anew.</summary>
    public async Task ForgetAsync()
    {
        await EndAsync();
        await browser.RemoveAsync();
        await OpenAsync(take: false);
    }

    /// <summary>Lets work go on that nobody waits for: whatever it fails with stands in front of the person.</summary>
    public async void Run(Task work)
    {
        try
        {
            await work;
        }
        catch (HomeException failed)
        {
            await BreakAsync(failed.Reason);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A fault of the program: its text is for the console, the person can begin anew.
            Console.Error.WriteLine(fault);
            await BreakAsync("chat.fault");
        }
        catch (OperationCanceledException)
        {
            // Stopped on purpose.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync();

    private bool scriptsLoaded;

    private void Begin(RivetClient client)
    {
        Client = client;
        client.Start();
        Stand(DeskState.Open);
        Run(WatchAsync(client));
    }

    /// <summary>Waits for the end of a client; how one ended that this desk has let go of concerns nobody.</summary>
    private async Task WatchAsync(RivetClient client)
    {
        try
        {
            await client.Ended;
        }
        catch (HomeException) when (Client != client)
        {
            // Another stands in its place, or none.
        }
    }

    private async Task BreakAsync(string why)
    {
        if (State is not DeskState.Open)
        {
            // What came first has told the person already.
            return;
        }

        Why = why;
        Stand(why == "home.taken" ? DeskState.Elsewhere : DeskState.Broken);
        await EndAsync();
    }

    private async Task GiveUpAsync()
    {
        Stand(DeskState.Elsewhere);
        await EndAsync();
    }

    private async Task EndAsync()
    {
        if (Client is { } client)
        {
            Client = null;
            await client.DisposeAsync();
        }
    }

    private void Stand(DeskState state)
    {
        State = state;
        Changed?.Invoke();
    }
}
