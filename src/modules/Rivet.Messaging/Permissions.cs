using Rivet.Kernel;

namespace Rivet.Messaging;

/// <summary>What this module's requests ask for.</summary>
internal static class Permissions
{
    public static readonly Permission List = new("conversation.list");
    public static readonly Permission Create = new("conversation.create");
    public static readonly Permission Read = new("conversation.read");
    public static readonly Permission Manage = new("conversation.manage");
    public static readonly Permission Leave = new("conversation.leave");
    public static readonly Permission Send = new("message.send");
    public static readonly Permission WatchPresence = new("presence.watch");
    public static readonly Permission PutFile = new("file.put");
    public static readonly Permission GetFile = new("file.get");
    public static readonly Permission Policy = new("message.policy");
    public static readonly Permission Import = new("conversation.import");
}
