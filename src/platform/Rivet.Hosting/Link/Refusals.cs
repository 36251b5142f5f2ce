using Rivet.Wire;

namespace Rivet.Hosting.Link;

/// <summary>The refusals a request can meet, ready for the wire. A detail never holds a secret or content.</summary>
public static class Refusals
{
    /// <summary>The request is malformed or breaks a bound; sending it again is useless.</summary>
    public static Refusal Invalid(string reason, string detail) => Make(RefusalCode.Invalid, reason, detail);

    /// <summary>The policy said no.</summary>
    public static Refusal Denied(string reason) => Make(RefusalCode.Denied, reason, "You may not do this.");

    /// <summary>There is no such thing, or the asker may not know of it.</summary>
    public static Refusal NotFound(string reason, string detail) => Make(RefusalCode.NotFound, reason, detail);

    /// <summary>The state does not allow it.</summary>
    public static Refusal Conflict(string reason, string detail) => Make(RefusalCode.Conflict, reason, detail);

    /// <summary>Nothing was done; try again later.</summary>
    public static Refusal Unavailable(string reason, string detail) => Make(RefusalCode.Unavailable, reason, detail);

    /// <summary>The security log does not keep up, and what must be recorded is not done meanwhile.</summary>
    public static Refusal LogBehind() => Unavailable("log.behind", "The security log does not keep up; nothing was changed. The status page says why.");

    /// <summary>A size bound was passed.</summary>
    public static Refusal TooLarge(string reason, string detail) => Make(RefusalCode.TooLarge, reason, detail);

    /// <summary>A limit of rate or number was passed.</summary>
    public static Refusal TooMany(string reason, string detail) => Make(RefusalCode.TooMany, reason, detail);

    /// <summary>The key of this content was destroyed.</summary>
    public static Refusal Destroyed(string reason, string detail) => Make(RefusalCode.Destroyed, reason, detail);

    /// <summary>Nobody mapped the method.</summary>
    internal static Refusal UnknownMethod() => Make(RefusalCode.UnknownMethod, "link.unknown-method", "This server does not know the method.");

    /// <summary>The client wanted no more of the stream.</summary>
    internal static Refusal Stopped() => Make(RefusalCode.Stopped, "link.stopped", "The stream was stopped.");

    /// <summary>A fault of the server, which its log describes under the incident.</summary>
    internal static Refusal Internal(string incident) => new()
    {
        Code = RefusalCode.Internal,
        Reason = "link.internal",
        Detail = "The server met a fault of its own.",
        Incident = incident,
    };

    private static Refusal Make(RefusalCode code, string reason, string detail) => new() { Code = code, Reason = reason, Detail = detail };
}
