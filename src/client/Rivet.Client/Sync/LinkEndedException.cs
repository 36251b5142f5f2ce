namespace Rivet.Client.Sync;

/// <summary>The link ended under the session, or the server asked to come back later. Never leaves the session.</summary>
internal sealed class LinkEndedException(string reason) : Exception(reason)
{
    public string Reason { get; } = reason;
}
