using Rivet.Hosting.Link;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Every reason this module refuses for, with the place the wire gives it.</summary>
internal enum MessagingRefusal : byte
{
    None,
    Malformed,
    TooLarge,
    KindNotAllowed,
    UnknownTarget,
    NotOwnPost,
    UnknownFile,
    UnknownPerson,
    NotAMember,
    ConversationMissing,
    DirectIsFixed,
    TooManyMembers,
    IdReused,
    CursorAhead,
    FileOutOfOrder,
    FileMissing,
    NotImported,
    Busy,
    StoreUnavailable,
    VaultUnavailable,
    KeyWithheld,
    Destroyed,
    Damaged,
    Expired,
    PolicyOutOfBounds,
    WouldDestroy,
    StorageFull,
    FilesOfToday,
    ConversationsOfToday,
    MustBeSealed,
    SealingOutOfBounds,
}

internal static class MessagingRefusals
{
    /// <summary>The refusal for the wire.</summary>
    /// <param name="why">The reason.</param>
    /// <param name="detail">A sentence that replaces the usual one; never content.</param>
    public static Refusal ToWire(this MessagingRefusal why, string? detail = null) => why switch
    {
        MessagingRefusal.Malformed => Refusals.Invalid("messaging.malformed", detail ?? "The content is malformed or breaks a bound."),
        MessagingRefusal.TooLarge => Refusals.TooLarge("messaging.too-large", detail ?? "The content is larger than allowed."),
        MessagingRefusal.KindNotAllowed => Refusals.Invalid("messaging.kind-not-allowed", "Clients send posts, edits, recalls and reactions only."),
        MessagingRefusal.UnknownTarget => Refusals.Invalid("messaging.unknown-target", detail ?? "It points at an entry that is no post of this conversation."),
        MessagingRefusal.NotOwnPost => Refusals.Denied("messaging.not-own-post"),
        MessagingRefusal.UnknownFile => Refusals.Invalid("messaging.unknown-file", detail ?? "It attaches a file that is not completely stored in this conversation."),
        MessagingRefusal.UnknownPerson => Refusals.NotFound("messaging.unknown-person", detail ?? "It names somebody who is not in the company."),
        MessagingRefusal.NotAMember => Refusals.Denied("access.not-a-member"),
        MessagingRefusal.ConversationMissing => Refusals.NotFound("messaging.no-conversation", "There is no such conversation."),
        MessagingRefusal.DirectIsFixed => Refusals.Conflict("messaging.direct-is-fixed", "A one-to-one conversation always has the same two members."),
        MessagingRefusal.TooManyMembers => Refusals.Conflict("messaging.too-many-members", "The conversation would have too many members."),
        MessagingRefusal.IdReused => Refusals.Conflict("messaging.id-reused", "This id was used for something else before."),
        MessagingRefusal.CursorAhead => Refusals.Invalid("messaging.cursor-ahead", "There is no entry with that sequence yet."),
        MessagingRefusal.FileOutOfOrder => Refusals.Conflict("messaging.file-out-of-order", detail ?? "The chunks of a file come in order, and none after the last."),
        MessagingRefusal.FileMissing => Refusals.NotFound("messaging.no-file", "There is no such file or chunk in this conversation."),
        MessagingRefusal.NotImported => Refusals.Conflict("messaging.not-imported", "Only a conversation made by an import takes imported entries."),
        MessagingRefusal.Busy => Refusals.Unavailable("messaging.busy", "The conversation is too busy just now; nothing was stored."),
        MessagingRefusal.StoreUnavailable => Refusals.Unavailable("store.unavailable", "The store cannot take it now; nothing was stored."),
        MessagingRefusal.VaultUnavailable => Refusals.Unavailable("vault.unavailable", "The key cannot be reached now; nothing was done."),
        MessagingRefusal.KeyWithheld => Refusals.Unavailable("vault.withheld", "Your company's key is withheld: by its administrators, or by the company's own key service. Nothing is lost; it is readable again when the key is granted."),
        MessagingRefusal.Destroyed => Refusals.Destroyed("vault.destroyed", "The key of this content was destroyed."),
        MessagingRefusal.Expired => Refusals.Destroyed("messaging.expired", "It was deleted by your company's retention rule."),
        MessagingRefusal.PolicyOutOfBounds => Refusals.Invalid("messaging.policy-bounds", "Months are 0 to 120; messages a minute 10 to 6,000; MiB of files a day 1 to 1,000,000; GiB stored 0 to 1,000,000; conversations a day 1 to 100,000."),
        MessagingRefusal.MustBeSealed => Refusals.Denied("messaging.must-be-sealed"),
        MessagingRefusal.SealingOutOfBounds => Refusals.Invalid("messaging.sealing-bounds", "A key server is https://HOST:PORT, and its pin has 32 bytes."),
        MessagingRefusal.WouldDestroy => Refusals.Conflict("messaging.would-destroy", "A shorter time destroys messages and files for good; say that it may."),
        _ => new Refusal { Code = RefusalCode.Internal, Reason = "messaging.damaged", Detail = "A stored entry does not open; the administrator should look at the log." },
    };
}
