namespace Rivet.Messaging;

/// <summary>The bounds that messaging.proto states. They are part of the protocol, not settings.</summary>
internal static class Bounds
{
    public const int TextBytes = 40_000;
    public const int ContentBytes = 96 * 1024;
    public const int OpaqueBytes = 64 * 1024;
    public const int OpaqueNameBytes = 128;
    public const int Mentions = 200;
    public const int Attachments = 20;
    public const int AttachmentNameBytes = 512;
    public const int MediaTypeBytes = 128;
    public const int EmojiBytes = 64;
    public const int TitleCharacters = 200;

    /// <summary>People named beside oneself.</summary>
    public const int Members = 2_000;

    /// <summary>Up to so many members, lists and pushes name each, and read positions and who is writing are shown to all.</summary>
    public const int NamedMembers = 50;

    public const int WatchedPeople = 200;

    public const int Page = 500;
    public const int FetchBytes = 512 * 1024;
    public const int Cursors = 1_000;

    public const int FileChunkBytes = 256 * 1024;
    public const int FileChunks = 256;
    public const ulong FileBytes = (ulong)FileChunkBytes * FileChunks;

    public const int ImportedEntries = 500;
    public const int ImportBytes = 512 * 1024;
    public const int ExternalIdBytes = 256;

    /// <summary>Larger batches are announced once instead of entry by entry.</summary>
    public const int PushedEntries = 50;
}
