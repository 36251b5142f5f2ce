using Rivet.Kernel;

namespace Rivet.Messaging;

/// <summary>The kinds of security events of Messaging; each is recorded in the transaction of its fact.</summary>
internal static class MessagingEvents
{
    public static readonly EventKind ConversationCreated = new("messaging.conversation.created", OcsfType.GroupCreated, EventSeverity.Informational, "members");
    public static readonly EventKind ConversationImported = new("messaging.conversation.imported", OcsfType.GroupCreated, EventSeverity.Low, "members");
    public static readonly EventKind MembersAdded = new("messaging.members.added", OcsfType.GroupUserAdded, EventSeverity.Informational, "people");
    public static readonly EventKind MemberRemoved = new("messaging.member.removed", OcsfType.GroupUserRemoved, EventSeverity.Informational, "people");
    public static readonly EventKind EntriesImported = new("messaging.entries.imported", OcsfType.DatastoreWritten, EventSeverity.Low, "entries");
    public static readonly EventKind MonthDestroyed = new("messaging.month.destroyed", OcsfType.DatastoreDeleted, EventSeverity.Medium, "month", "entries", "files");
    public static readonly EventKind PolicyChanged = new(
        "messaging.policy.changed", OcsfType.EntityUpdated, EventSeverity.Medium,
        "keep_months", "effective", "taken_back", "messages_per_minute", "file_mebibytes_per_day", "stored_gibibytes", "conversations_per_day", "sealing");
}
