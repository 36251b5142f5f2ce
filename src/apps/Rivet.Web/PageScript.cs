using System.Globalization;
using System.Runtime.InteropServices.JavaScript;

namespace Rivet.Web;

/// <summary>The page's own script (<c>page.js</c>): what only a script can do with a page.</summary>
internal static partial class PageScript
{
    private const string Module = "rivet-page";

    public static async Task LoadAsync() => (await JSHost.ImportAsync(Module, "../page.js")).Dispose();

    /// <summary>Speaks the language that was chosen on any page of this server, else the browser's.</summary>
    public static void UseLanguage()
    {
        var culture = CultureInfo.GetCultureInfo(Language());
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = culture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
    }

    [JSImport("language", Module)]
    public static partial string Language();

    /// <summary>What stands behind the # of the address, taken out of it and out of the history.</summary>
    [JSImport("takeFragment", Module)]
    public static partial string TakeFragment();

    [JSImport("describeBrowser", Module)]
    public static partial string DescribeBrowser();

    /// <summary>Scrolls an element to its end if it is near it, or always.</summary>
    [JSImport("toEnd", Module)]
    public static partial void ToEnd(string id, bool always);

    /// <summary>
    /// Calls back as an element is scrolled, until the watch is ended: "start" and "low" near its ends, every time; "end" at its
    /// very end and "middle", when it comes there.
    /// </summary>
    [JSImport("watchScroll", Module)]
    public static partial JSObject WatchScroll(string id, [JSMarshalAs<JSType.Function<JSType.String>>] Action<string> scrolled);

    /// <summary>Keeps what is on the screen where it is while rows come and go around it: before, then after.</summary>
    [JSImport("holdPlace", Module)]
    public static partial void HoldPlace(string id);

    [JSImport("keepPlace", Module)]
    public static partial void KeepPlace(string id);

    [JSImport("focus", Module)]
    public static partial void Focus(string id);

    /// <summary>
    /// Calls back with what a key of a field means. Enter sends, with Shift it breaks the line, and while a word is being
    /// composed it belongs to the input method; an arrow up in an empty field asks for the last message. While the field's list
    /// is open, arrows go up and down in it, Enter and Tab take, and Escape closes. A paste of more than 100,000 characters is not let in and says "too-much".
    /// </summary>
    [JSImport("watchField", Module)]
    public static partial void WatchField(string id, [JSMarshalAs<JSType.Function<JSType.String>>] Action<string> pressed);

    /// <summary>Where the caret of a field stands, in UTF-16 units.</summary>
    [JSImport("caret", Module)]
    public static partial int Caret(string id);

    /// <summary>Puts a text into a field, and the caret into the text.</summary>
    [JSImport("setField", Module)]
    public static partial void SetField(string id, string text, int caret);

    /// <summary>Shows a dialog over the page; everything else is out of reach until it closes.</summary>
    [JSImport("showDialog", Module)]
    public static partial void ShowDialog(string id);

    [JSImport("setTitle", Module)]
    public static partial void SetTitle(string title);

    /// <summary>Whether this page is in front of its person.</summary>
    [JSImport("isSeen", Module)]
    public static partial bool IsSeen();

    /// <summary>Calls back whenever the page comes to the front or goes, until the watch is ended.</summary>
    [JSImport("watchSeen", Module)]
    public static partial JSObject WatchSeen([JSMarshalAs<JSType.Function>] Action changed);

    /// <summary>
    /// Calls back with the name of a key of the whole page (find, keys, next, previous, leave), wherever the focus is, until
    /// the watch is ended.
    /// </summary>
    [JSImport("watchKeys", Module)]
    public static partial JSObject WatchKeys([JSMarshalAs<JSType.Function<JSType.String>>] Action<string> pressed);

    [JSImport("endWatch", Module)]
    public static partial void EndWatch(JSObject watch);

    /// <summary>Gives a file to the person, as a download: never opened in this origin.</summary>
    [JSImport("saveFile", Module)]
    public static partial void SaveFile(string name, byte[] bytes);

    /// <summary>An address for the bytes of a picture that was checked, until it is let go.</summary>
    [JSImport("pictureAddress", Module)]
    public static partial string PictureAddress(string mediaType, byte[] bytes);

    [JSImport("letGo", Module)]
    public static partial void LetGo(string address);
}
