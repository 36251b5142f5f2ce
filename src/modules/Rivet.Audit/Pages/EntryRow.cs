using Rivet.Kernel;

namespace Rivet.Audit.Pages;

/// <summary>An event as a line of a table.</summary>
internal sealed record EntryRow
{
    public required AuditEntry Entry { get; init; }

    /// <summary>What happened, as a sentence.</summary>
    public required string What { get; init; }

    /// <summary>Its details in one quiet line.</summary>
    public required string Details { get; init; }

    public required Named Who { get; init; }

    public required Named Target { get; init; }

    /// <summary>Whether it came while the page was open.</summary>
    public bool IsNew { get; init; }

    public SecurityEvent Event => Entry.Event;

    public DateOnly Day => DateOnly.FromDateTime(Event.At.UtcDateTime);

    public string Href => LogAddress.Of(Entry.Index);
}

/// <summary>Somebody or something with a name, and where more is said of it.</summary>
/// <param name="Text">Its name.</param>
/// <param name="Href">Its page; null when there is none.</param>
/// <param name="IsKnown">False when the name stands for one that is not.</param>
internal sealed record Named(string Text, string? Href, bool IsKnown = true);

/// <summary>Addresses of the log's pages.</summary>
internal static class LogAddress
{
    public const string Root = "/log";

    public const string Board = "/log/board";

    public static string Of(long index) => FormattableString.Invariant($"{Root}/event/{index}");

    public static string Of(string kind, Guid id) => $"{Root}/entity/{Uri.EscapeDataString(kind)}/{id:N}";

    public static string Of(LogQuery query) => query.ToString() is { Length: > 0 } text ? $"{Root}?q={Uri.EscapeDataString(text)}" : Root;
}
