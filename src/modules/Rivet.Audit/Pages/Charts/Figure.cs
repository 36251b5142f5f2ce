namespace Rivet.Audit.Pages.Charts;

/// <summary>A number, and the search that finds exactly the events behind it.</summary>
/// <param name="Name">What is counted, in the reader's language.</param>
/// <param name="Count">How many.</param>
/// <param name="Href">Where they are.</param>
/// <param name="Pattern">How its part of a column is filled: <c>o1</c> and <c>o2</c> for outcomes, <c>s1</c> to <c>s6</c> for severities, else <c>plain</c>.</param>
internal sealed record Figure(string Name, long Count, string Href, string Pattern = "plain");

/// <summary>Numbers beside each other, the largest first.</summary>
/// <param name="Bars">Those that are shown.</param>
/// <param name="All">All that was counted.</param>
/// <param name="More">How many events are of values that are not shown, or of none.</param>
internal sealed record BarChart(IReadOnlyList<Figure> Bars, Figure All, bool More);
