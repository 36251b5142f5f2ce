using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Rivet.Bench;

/// <summary>A measured figure: medians of several runs, and the ratio to a peer or a limit of the same run.</summary>
internal sealed record Figure(string Metric, double Value, string Unit, double Ratio, string Against, string Wanted);

/// <summary>The table on the screen, and one JSON object a line in a file.</summary>
internal sealed class Report(string? jsonPath)
{
    private readonly List<Figure> figures = [];

    public static Report Parse(string[] options) => options switch
    {
        [] => new Report(null),
        ["--json", var path] => new Report(Path.GetFullPath(path)),
        _ => throw new ArgumentException("Usage: ./rivet bench NAME [--json FILE]"),
    };

    public void Add(Figure figure)
    {
        figures.Add(figure);
        Say($"  {figure.Metric} {Text(figure.Value)} {figure.Unit}");
    }

    public static void Say(string line) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]{line}[/]");

    public void Write()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("metric", "value", "unit", "ratio", "against", "wanted");
        foreach (var column in table.Columns.Skip(1).Take(1).Concat(table.Columns.Skip(3).Take(1)))
        {
            column.RightAligned();
        }

        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Metric.EscapeMarkup(), Text(figure.Value), figure.Unit.EscapeMarkup(), Text(figure.Ratio), figure.Against.EscapeMarkup(), figure.Wanted.EscapeMarkup());
        }

        AnsiConsole.Write(table);
        if (jsonPath is not null)
        {
            File.WriteAllLines(jsonPath, figures.Select(figure => JsonSerializer.Serialize(
                new { metric = figure.Metric, value = figure.Value, unit = figure.Unit, ratio = figure.Ratio, against = figure.Against })));
        }
    }

    private static string Text(double value) => double.IsNaN(value)
        ? "–"
        : value.ToString(value >= 100 ? "N0" : value >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture);
}
