using System.Buffers;
using Rivet.Client.Link;

namespace Rivet.Bench.Load;

/// <summary>Signs a load connection in with the product's own dialer.</summary>
internal static class SignIn
{
    public static async Task<LoadLink> ConnectAsync(LinkTarget target, DeviceKeys keys)
    {
        var dialled = (await new LinkDialer(target, keys, null, TimeProvider.System).DialAsync(default)).Value;

        // What came behind the welcome in the same record is still the dialer's.
        var early = dialled.Input.TryRead(out var read) ? read.Buffer.ToArray() : [];
        return new LoadLink(dialled.Tls, early);
    }
}
