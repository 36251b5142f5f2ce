using System.Runtime.InteropServices.JavaScript;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>
/// The two key pairs of a device that is a browser: made by WebCrypto as not extractable and kept in IndexedDB, which stores the keys
/// themselves and never their bytes. Whoever runs code on the page can use them as long as it runs, and can take them nowhere.
/// </summary>
public sealed class WebDevice : IDisposable
{
    private readonly WebSigner identity;
    private readonly WebAgreement agreement;

    private WebDevice(WebSigner identity, WebAgreement agreement) => (this.identity, this.agreement) = (identity, agreement);

    /// <summary>The Ed25519 identity key the device is known by.</summary>
    public ISigner Identity => identity;

    /// <summary>The X25519 static key.</summary>
    public IKeyAgreement Static => agreement;

    /// <summary>
    /// Opens the device of that name in this browser (of this origin), made the first time. Null where the browser has no Ed25519 or
    /// X25519: keys in the page's own memory would be no device's.
    /// </summary>
    public static async Task<WebDevice?> OpenAsync(string name)
    {
        var call = new BrowserCall<JSObject?>();
        WebCrypto.OpenDevice(name, call.Done);
        using var device = await call.EndAsync();
        return device is null ? null : new WebDevice(new WebSigner(WebCrypto.IdentityOf(device)), new WebAgreement(WebCrypto.AgreementOf(device)));
    }

    /// <summary>Forgets the device of that name: its keys are gone for good.</summary>
    /// <exception cref="IOException">The browser could not.</exception>
    public static async Task RemoveAsync(string name)
    {
        var call = new BrowserCall<bool>();
        WebCrypto.RemoveDevice(name, call.Done);
        if (!await call.EndAsync())
        {
            throw new IOException("The browser did not remove the device's keys.");
        }
    }

    /// <summary>Lets go of the keys; they stay in the browser.</summary>
    public void Dispose()
    {
        identity.Dispose();
        agreement.Dispose();
    }

    /// <summary>Never the keys.</summary>
    public override string ToString() => "[redacted]";
}
