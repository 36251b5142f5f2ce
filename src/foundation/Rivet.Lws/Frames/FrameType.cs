namespace Rivet.Lws.Frames;

/// <summary>The types of frames (docs/protocol/lws.md §3).</summary>
public enum FrameType : byte
{
    /// <summary>No frame.</summary>
    None = 0,

    /// <summary>Server, first in its first record: signed in.</summary>
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

    /// <summary>Client, first in its first record.</summary>
    Ready = 12,

    /// <summary>Client, first, in clear.</summary>
    Initiate = 13,

    /// <summary>Server, to the initiate, in clear.</summary>
    Respond = 14,

    /// <summary>Client, to the respond, at first contact, in clear.</summary>
    Finish = 15,

    /// <summary>Server, to the initiate under load, in clear.</summary>
    Puzzle = 16,

    /// <summary>Client, to the puzzle, in clear.</summary>
    Solution = 17,

    /// <summary>Both, on a stream: the next bytes.</summary>
    Data = 18,

    /// <summary>Client, on a stream: no more data.</summary>
    End = 19,

    /// <summary>Both, for a stream or the connection: so many bytes of data more.</summary>
    Credit = 20,

    /// <summary>Client, on a stream: no more is wanted.</summary>
    Stop = 21,
}
