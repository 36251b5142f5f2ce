namespace Rivet.Lws.Handshake;

/// <summary>Why a sign-in ended. Every cryptographic failure is <see cref="Unproven"/>, whatever it was.</summary>
public enum HandshakeRefusal
{
    /// <summary>Not a refusal.</summary>
    None = 0,

    /// <summary>A message is no valid Protobuf or breaks a bound.</summary>
    Malformed = 1,

    /// <summary>No common version.</summary>
    Version = 2,

    /// <summary>The other side did not prove itself.</summary>
    Unproven = 3,

    /// <summary>An own key cannot sign at the moment.</summary>
    Unavailable = 4,
}
