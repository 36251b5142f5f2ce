namespace Rivet.Lws.Frames;

/// <summary>The types of frames (docs/protocol/lws.md §2).</summary>
public enum FrameType : byte
{
    /// <summary>No frame.</summary>
    None = 0,

    /// <summary>Client, first.</summary>
    Hello = 1,

    /// <summary>Server, to the hello.</summary>
    Challenge = 2,

    /// <summary>Client, to the challenge.</summary>
    Proof = 3,

    /// <summary>Server, to the proof: signed in.</summary>
    Welcome = 4,

    /// <summary>Client.</summary>
    Request = 5,

    /// <summary>Server, to a request.</summary>
    Response = 6,

    /// <summary>Server, to a request: refused.</summary>
    Error = 7,

    /// <summary>Server, unasked.</summary>
    Push = 8,

    /// <summary>Both.</summary>
    Ping = 9,

    /// <summary>Both, to a ping.</summary>
    Pong = 10,

    /// <summary>Both, last.</summary>
    Close = 11,

    /// <summary>Client, first in its first record (version 2).</summary>
    Ready = 12,

    /// <summary>Client, first (version 2).</summary>
    Initiate = 13,

    /// <summary>Server, to the initiate.</summary>
    Respond = 14,

    /// <summary>Client, to the respond, at first contact.</summary>
    Finish = 15,
}
