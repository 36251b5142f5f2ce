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
        using var device = await WebCrypto.OpenDeviceAsync(name);
        return device is null ? null : new WebDevice(new WebSigner(WebCrypto.IdentityOf(device)), new WebAgreement(WebCrypto.AgreementOf(device)));
    }

    /// <summary>Forgets the device of that name: its keys are gone for good.</summary>
    public static Task RemoveAsync(string name) => WebCrypto.RemoveDeviceAsync(name);

    /// <summary>Lets go of the keys; they stay in the browser.</summary>
    public void Dispose()
    {
        identity.Dispose();
        agreement.Dispose();
    }

    /// <summary>Never the keys.</summary>
    public override string ToString() => "[redacted]";
}
