namespace Rivet.Audit.Boards;

/// <summary>Why a board is refused.</summary>
internal enum BoardRefusal
{
    /// <summary>The store or the vault cannot be reached now.</summary>
    Unavailable = 1,

    /// <summary>The permit is for something else.</summary>
    WrongPermit = 2,

    /// <summary>No title, longer than allowed, or counted in a way that no search can find again.</summary>
    OutOfBounds = 3,

    /// <summary>The board has as many tiles as it may.</summary>
    Full = 4,

    /// <summary>The tile is not there any more.</summary>
    Unknown = 5,

    /// <summary>A change must be recorded, and the log does not keep up.</summary>
    LogBehind = 6,
}
