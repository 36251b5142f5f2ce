using Rivet.Cryptography.Sodium;

namespace Rivet.Client.Native.Tls;

/// <summary>
/// The two key pairs of a device: the Ed25519 identity key it is known by, and the X25519 static key it signs.
/// Owns and disposes both.
/// </summary>
/// <param name="identity">The identity key.</param>
/// <param name="staticKey">The static key.</param>
public sealed class DeviceKeys(Ed25519Key identity, X25519Key staticKey) : IDisposable
{
    /// <summary>The Ed25519 identity key.</summary>
    public Ed25519Key Identity { get; } = identity;

    /// <summary>The X25519 static key.</summary>
    public X25519Key Static { get; } = staticKey;

    /// <summary>Makes the keys of a new device.</summary>
    public static DeviceKeys Create() => new(Ed25519Key.Create(), X25519Key.Create());

    /// <inheritdoc/>
    public void Dispose()
    {
        Identity.Dispose();
        Static.Dispose();
    }

    /// <summary>Never the keys.</summary>
    public override string ToString() => "[redacted]";
}
