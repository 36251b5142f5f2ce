namespace Rivet.Client;

/// <summary>
/// The home failed under a running client: the disk is full, or a record was changed by another hand. Opening a home
/// gives such things as values; in the middle of the work there is nothing a caller could do but end it.
/// </summary>
public sealed class HomeException : Exception
{
    internal HomeException(string reason)
        : base(reason) => Reason = reason;

    /// <summary>What failed: a stable key such as <c>container.disk-full</c>.</summary>
    public string Reason { get; }
}
