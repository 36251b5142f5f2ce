namespace Rivet.Lws.Agreement;

/// <summary>Why no link was agreed. Every cryptographic failure is <see cref="Unproven"/>, whatever it was.</summary>
public enum AgreementRefusal
{
    /// <summary>Not a refusal.</summary>
    None = 0,

    /// <summary>A message in clear is no valid Protobuf or breaks a bound.</summary>
    Malformed,

    /// <summary>No common version.</summary>
    Version,

    /// <summary>
    /// The other side did not prove itself, or offered other than the rules say. A client that used a remembered static
    /// key or ticket forgets it and makes first contact.
    /// </summary>
    Unproven,

    /// <summary>
    /// The server, proven, offers less than it once did, or a better version than the one begun with: somebody or something
    /// held the versions down.
    /// </summary>
    Downgraded,

    /// <summary>An own key cannot be used at the moment.</summary>
    Unavailable,
}
