using Rivet.Client.Link;

namespace Rivet.Bench.Load;

/// <summary>Signs a load connection in with the product's own handshake.</summary>
internal static class SignIn
{
    public static Task<LoadLink> ConnectAsync(int port, LinkTarget target, DeviceKeys keys) => throw new NotSupportedException();
}
