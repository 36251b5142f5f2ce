using System.Runtime.InteropServices.JavaScript;

namespace Rivet.Client.Browser.Home;

/// <summary>The script beside this code (<c>home.js</c>), which speaks to IndexedDB, Web Locks and WebCrypto.</summary>
internal static partial class HomeScript
{
    private const string Module = "rivet-home";

    public static async Task LoadAsync(string address, CancellationToken ct) => (await JSHost.ImportAsync(Module, address, ct)).Dispose();

    [JSImport("claimHome", Module)]
    public static partial void Claim(
        string name,
        bool ask,
        [JSMarshalAs<JSType.Function>] Action wanted,
        [JSMarshalAs<JSType.Function>] Action lost,
        [JSMarshalAs<JSType.Function<JSType.Object>>] Action<JSObject?> done);

    [JSImport("stateOf", Module)]
    public static partial string StateOf(JSObject claimed);

    [JSImport("reasonOf", Module)]
    public static partial string ReasonOf(JSObject claimed);

    [JSImport("countOf", Module)]
    public static partial int CountOf(JSObject home);

    [JSImport("numberOf", Module)]
    public static partial double NumberOf(JSObject home, int at);

    [JSImport("segmentOf", Module)]
    public static partial byte[]? SegmentOf(JSObject home, int at);

    [JSImport("append", Module)]
    public static partial void Append(
        JSObject home,
        double number,
        double from,
        [JSMarshalAs<JSType.MemoryView>] ArraySegment<byte> data,
        [JSMarshalAs<JSType.Function<JSType.String>>] Action<string> done);

    [JSImport("releaseHome", Module)]
    public static partial void Release(JSObject home);

    [JSImport("removeHome", Module)]
    public static partial void Remove(string name, [JSMarshalAs<JSType.Function<JSType.Boolean>>] Action<bool> done);
}
