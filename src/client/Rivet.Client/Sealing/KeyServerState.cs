namespace Rivet.Client;

/// <summary>How the company's own key server stands to this device.</summary>
public enum KeyServerState
{
    /// <summary>This device is enrolled with none.</summary>
    NotEnrolled = 0,

    /// <summary>It was not asked yet, or is being asked for the first time.</summary>
    Asking = 1,

    /// <summary>Its keys are here.</summary>
    Ready = 2,

    /// <summary>It does not answer.</summary>
    Unreachable = 3,

    /// <summary>Whoever answers there has another certificate than the enrolment code said.</summary>
    WrongServer = 4,

    /// <summary>The company has stopped giving its keys.</summary>
    Stopped = 5,

    /// <summary>This device, or its person, is given no keys any more.</summary>
    Revoked = 6,

    /// <summary>It does not believe this device: not enrolled there any more, or the clocks are apart.</summary>
    NotBelieved = 7,

    /// <summary>It answers, and its key module does not.</summary>
    Unavailable = 8,

    /// <summary>What it answers is malformed.</summary>
    Malformed = 9,

    /// <summary>It gives keys for opening, and none that seals.</summary>
    NoCurrentKey = 10,
}

/// <summary>The key server that this device is enrolled with.</summary>
/// <param name="Host">Where it is.</param>
/// <param name="Port">Its port.</param>
/// <param name="Person">Whom it calls this device's owner.</param>
/// <param name="Pin">SHA-256 of its certificate's public key, in hexadecimal.</param>
/// <param name="State">How it stands.</param>
public sealed record KeyServerStatus(string Host, int Port, string Person, string Pin, KeyServerState State);

/// <summary>How a message sealed by the company's own keys stands here.</summary>
public enum SealState
{
    /// <summary>It is not sealed.</summary>
    None = 0,

    /// <summary>It was opened.</summary>
    Opened = 1,

    /// <summary>Its key is not here; it is opened when the key comes.</summary>
    Waiting = 2,

    /// <summary>Its key was destroyed by the company: it is never read again.</summary>
    Destroyed = 3,

    /// <summary>The company's key server knows no key of that name.</summary>
    Missing = 4,

    /// <summary>It was changed, or is of another conversation, sender or message.</summary>
    Forged = 5,

    /// <summary>It is a copy of an earlier message, put into the log again.</summary>
    Repeated = 6,

    /// <summary>The key server gave another key under its name.</summary>
    WrongKey = 7,
}
