using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Agreement;

namespace Rivet.Client.Native.Tls;

/// <summary>The primitives of an installed client.</summary>
internal static class LinkCryptography
{
    public static LinkPrimitives Primitives { get; } = new()
    {
        Aeads = new LinkAeads(),
        Ephemeral = static _ => new(X25519Key.CreateEphemeral()),
        Kem = new MlKem768(),
        Verifier = new Ed25519Verifier(),
    };
}
