namespace Rivet.Kernel;

/// <summary>
/// An exception from below that is no bug: nothing was done, and trying again later may succeed. Whoever answers a request says so, with its reason and its
/// message, instead of reporting an incident.
/// </summary>
public interface IUnavailable
{
    /// <summary>The refusal's reason, such as <c>log.behind</c>.</summary>
    string Reason { get; }

    /// <summary>One sentence for whoever asked; names nothing secret.</summary>
    string Message { get; }
}
