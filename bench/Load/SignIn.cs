using Rivet.Client.Native.Tls;
using Rivet.Link.Dialling;

namespace Rivet.Bench.Load;

/// <summary>Signs a load connection in with the product's own dialer.</summary>
internal static class SignIn
{
    public static async Task<LoadLink> ConnectAsync(LinkTarget target, DeviceKeys keys)
    {
        var dialled = (await new LinkDialer(TlsWire.To(target), TlsLink.Terms(target, keys, null, null, TimeProvider.System)).DialAsync(default)).Value;
        return new LoadLink(dialled.Line);
    }
}
