using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client;

/// <summary>
/// Why something did not happen: the server's refusal, the link's, the container's, or this client's own. The reason is
/// a stable key that programs may compare and that a program's texts say in the reader's language.
/// </summary>
/// <param name="Reason">A stable key such as <c>access.not-a-member</c>, <c>link.refused</c> or <c>container.wrong-key</c>.</param>
public sealed record ClientRefusal(string Reason)
{
    /// <summary>No link in time; nothing was asked.</summary>
    public const string Offline = "client.offline";

    /// <summary>The link broke while the server was asked: whether it was done is unknown.</summary>
    public const string OutcomeUnknown = "client.outcome-unknown";

    /// <summary>The message waits in the send queue and goes out with the next link.</summary>
    public const string Queued = "client.queued";

    /// <summary>This home has keys but never finished joining.</summary>
    public const string NotJoined = "client.not-joined";

    /// <summary>This home has joined a company already.</summary>
    public const string AlreadyJoined = "client.already-joined";

    /// <summary>The holder of this device's key does not answer.</summary>
    public const string KeyUnavailable = "client.key-unavailable";

    /// <summary>The company lets only messages sealed by its own keys through, and this device is not enrolled with its key server.</summary>
    public const string KeysNotEnrolled = "client.keys-not-enrolled";

    /// <summary>The code for the company's key server was used, has ended, or never was.</summary>
    public const string WrongKeyCode = "client.keys-wrong-code";

    /// <summary>The message, or its file, is sealed by the company's own keys and cannot be opened here now.</summary>
    public const string NotOpened = "client.keys-not-opened";

    /// <summary>A sealed file was changed on its way.</summary>
    public const string FileForged = "client.file-forged";

    /// <summary>This program cannot ask a company's key server.</summary>
    public const string KeysNotHere = "client.keys-not-here";

    /// <summary>The server's general reason; <see cref="RefusalCode.RefusalNone"/> where it was not the server.</summary>
    public RefusalCode Code { get; init; }

    /// <summary>One English sentence, or nothing. Comes from the server: neutralise it before printing.</summary>
    public string Detail { get; init; } = "";

    /// <summary>What to quote to the administrator, or nothing.</summary>
    public string Incident { get; init; } = "";

    /// <summary>Whether trying again later can help without changing anything.</summary>
    public bool IsPassing => Reason is Offline || Code is RefusalCode.Unavailable or RefusalCode.TooMany;

    internal static ClientRefusal Of(Refusal refusal)
        => new(refusal.Reason.Length > 0 ? refusal.Reason : $"server.{refusal.Code.ToString().ToLowerInvariant()}")
        {
            Code = refusal.Code,
            Detail = refusal.Detail,
            Incident = refusal.Incident,
        };

    /// <summary>The stable key of how the company's key server stands, such as <c>keys.unreachable</c>.</summary>
    public static string OfKeyServer(KeyServerState state) => state switch
    {
        KeyServerState.Unreachable => "keys.unreachable",
        KeyServerState.WrongServer => "keys.wrong-server",
        KeyServerState.Stopped => "keys.stopped",
        KeyServerState.Revoked => "keys.revoked",
        KeyServerState.NotBelieved => "keys.not-believed",
        KeyServerState.Unavailable => "keys.unavailable",
        KeyServerState.Malformed => "keys.malformed",
        KeyServerState.NoCurrentKey => "keys.no-current",
        KeyServerState.NotEnrolled => KeysNotEnrolled,
        _ => "keys.asking",
    };

    internal static ClientRefusal Of(LinkRefusal refusal) => new(LinkReasons.Key(refusal));

    internal static ClientRefusal Of(WhyNot why)
        => new(why.Reason) { Code = (RefusalCode)why.Code, Detail = why.Detail, Incident = why.Incident };

    internal WhyNot ToRecord() => new() { Code = (uint)Code, Reason = Reason, Detail = Detail, Incident = Incident };
}
