namespace Rivet.Client.Home;

/// <summary>What a record is. Numbers are stored and never reused.</summary>
internal enum RecordKind : byte
{
    /// <summary>The device's private keys. Key: empty.</summary>
    DeviceKeys = 1,

    /// <summary>Where the server is and which identity it must prove. Key: empty.</summary>
    Server = 2,

    /// <summary>Who this device and its person are. Key: empty.</summary>
    Profile = 3,

    /// <summary>A conversation. Key: conversation id.</summary>
    Conversation = 4,

    /// <summary>How far a conversation's log is held without a gap. Key: conversation id.</summary>
    Cursor = 5,

    /// <summary>One entry of a log. Key: conversation id, sequence (8 bytes, big-endian).</summary>
    Entry = 6,

    /// <summary>A message on its way out. Key: client message id.</summary>
    Outgoing = 7,

    /// <summary>A request that another process of this home wants asked over the link. Key: its id.</summary>
    Errand = 8,

    /// <summary>A person of the company. Key: person id.</summary>
    Person = 9,

    /// <summary>The state of the link as its holder sees it. Key: empty.</summary>
    LinkState = 10,

    /// <summary>How far a reader (such as <c>listen</c>) has handed entries on. Key: the reader's name.</summary>
    Reader = 11,

    /// <summary>How far this person has read a conversation here. Key: conversation id.</summary>
    ReadMark = 12,

    /// <summary>What a person has begun to write. Key: conversation id.</summary>
    Draft = 13,

    /// <summary>Which incarnation of the server the logs here are of: its 16 bytes. Key: empty.</summary>
    Incarnation = 14,

    /// <summary>What was appended before this time was destroyed by the company's retention (8 bytes, big-endian, Unix milliseconds). Key: empty.</summary>
    KeptSince = 15,

    /// <summary>The company's own key server, once this device is enrolled there. Key: empty.</summary>
    KeyServer = 16,

    /// <summary>The key of a file that was sealed and is not attached to a sent message yet: its 32 bytes. Key: file id.</summary>
    FileKey = 17,

    /// <summary>How the company says it seals its messages: a rivet.wire.CompanySealing. Key: empty.</summary>
    Sealing = 18,
}
