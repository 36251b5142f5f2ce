namespace Rivet.Link;

/// <summary>Why no link came to be.</summary>
public enum LinkRefusal
{
    /// <summary>Not a refusal.</summary>
    None = 0,

    /// <summary>Nobody answered at that address, or the answer took too long; try again with back-off.</summary>
    Unreachable = 1,

    /// <summary>No TLS 1.3 with X25519, one of the two suites and <c>lws/1</c> came about.</summary>
    TlsRefused = 2,

    /// <summary>
    /// The other side does not prove the pinned identity over this very channel: another server, or somebody between.
    /// Do not retry on one's own; tell the person.
    /// </summary>
    WrongServerKey = 3,

    /// <summary>The server refused this device or this code. It does not say why.</summary>
    Refused = 4,

    /// <summary>The two speak no common version.</summary>
    VersionMismatch = 5,

    /// <summary>The other side broke the protocol.</summary>
    ProtocolError = 6,

    /// <summary>The server is shutting down or cannot sign at the moment; try again with back-off.</summary>
    Unavailable = 7,
}
