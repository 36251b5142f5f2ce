namespace Rivet.Client;

/// <summary>How the link of this home is.</summary>
public enum LinkPhase
{
    /// <summary>No link; the client waits before it tries again.</summary>
    Offline = 0,

    /// <summary>A link is being made.</summary>
    Connecting = 1,

    /// <summary>There is a link; what was missed is being fetched.</summary>
    CatchingUp = 2,

    /// <summary>There is a link and everything is here.</summary>
    Online = 3,

    /// <summary>No link, and none will be tried: the device was signed out, or the server is another one.</summary>
    Ended = 4,
}

/// <summary>How the link of this home is, whichever of its processes holds it.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Reason">Why there is no link: a stable key; else empty.</param>
public sealed record LinkStatus(LinkPhase Phase, string Reason);
