using System.Globalization;

namespace Rivet.Hosting.Status;

/// <summary>What a module tells the status page about itself; read every few seconds, so it must be cheap.</summary>
public interface IStatusSource
{
    /// <summary>Order on the page; lower is higher.</summary>
    int Order { get; }

    /// <summary>The section's lines in the reader's language.</summary>
    ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct);
}

/// <summary>A part of the status page.</summary>
public sealed record StatusSection(string Title, IReadOnlyList<StatusLine> Lines);

/// <summary>One fact: what it is, how it stands, and what to do if it does not stand well.</summary>
public sealed record StatusLine(string Label, string Value, StatusLevel Level, string? Advice = null)
{
    /// <summary>The latest figures at even distances, newest last, drawn beside the value; null draws nothing.</summary>
    public IReadOnlyList<double>? Trend { get; init; }
}

/// <summary>How a fact stands; shown with icon, word and colour.</summary>
public enum StatusLevel
{
    /// <summary>A plain figure that is neither good nor bad.</summary>
    Plain,

    /// <summary>Checked and well.</summary>
    Passing,

    /// <summary>Wants attention.</summary>
    Attention,

    /// <summary>Does not hold.</summary>
    Failing,

    /// <summary>Not proven, such as hardware protection on a software token.</summary>
    NotProven,
}
