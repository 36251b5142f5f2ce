using System.Runtime.InteropServices.JavaScript;
using Rivet.Cryptography.WebCrypto;
using Rivet.Kernel;

namespace Rivet.Client.Browser.Home;

/// <summary>A home of this browser that this tab has: its journal on the disk, one segment after the other.</summary>
internal sealed class WebHome : IJournal
{
    private readonly JSObject home;
    private readonly BrowserCall<string> appending = new();

    private WebHome(JSObject home) => this.home = home;

    /// <summary>Claims the home of a name, made the first time.</summary>
    /// <param name="name">The home's name in this browser, of this origin.</param>
    /// <param name="ask">Whether a tab that has it is asked to let go, and made to after three seconds.</param>
    /// <param name="wanted">Another tab asks for it: write what is left and dispose.</param>
    /// <param name="lost">Another tab has taken it.</param>
    /// <returns>The home, or a stable key: <c>home.open-elsewhere</c>, <c>home.not-kept</c>.</returns>
    public static async Task<Result<WebHome, string>> ClaimAsync(string name, bool ask, Action wanted, Action lost)
    {
        var call = new BrowserCall<JSObject?>();
        HomeScript.Claim(name, ask, wanted, lost, call.Done);
        var claimed = (await call.EndAsync())!;
        switch (HomeScript.StateOf(claimed))
        {
            case "open":
                return new WebHome(claimed);
            case "taken":
                claimed.Dispose();
                return "home.open-elsewhere";
            default:
                claimed.Dispose();
                return "home.not-kept";
        }
    }

    public static async Task<bool> RemoveAsync(string name)
    {
        var call = new BrowserCall<bool>();
        HomeScript.Remove(name, call.Done);
        return await call.EndAsync();
    }

    public IEnumerable<(long Number, byte[]? Bytes)> Segments()
    {
        var count = HomeScript.CountOf(home);
        for (var at = 0; at < count; at++)
        {
            yield return ((long)HomeScript.NumberOf(home, at), HomeScript.SegmentOf(home, at));
        }
    }

    public async ValueTask<string> AppendAsync(long number, long from, byte[] segment)
    {
        try
        {
            HomeScript.Append(home, number, from, segment, appending.Done);
        }
        catch (JSException)
        {
            // It did not even begin.
            return "home.not-kept";
        }

        return await appending.EndAsync() switch
        {
            "" => "",
            "QuotaExceededError" => "home.disk-full",
            "AbortError" => "home.taken",
            _ => "home.not-kept",
        };
    }

    public void Dispose()
    {
        HomeScript.Release(home);
        home.Dispose();
    }
}
