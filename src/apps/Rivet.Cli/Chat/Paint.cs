using System.Globalization;
using Terminal.Gui.Text;

namespace Rivet.Cli.Chat;

/// <summary>How a piece of text looks.</summary>
internal enum Ink
{
    Plain,
    Quiet,
    Accent,
    Strong,
    Passing,
    Failing,
    Chosen,
    Line,
}

/// <summary>A piece of text in one ink.</summary>
internal readonly record struct Span(string Text, Ink Ink);

/// <summary>Text measured in terminal columns: wide characters count two, clusters are never cut.</summary>
internal static class Columns
{
    public static int Of(string text) => text.GetColumns();

    /// <summary>Cut or padded to exactly that many columns.</summary>
    public static string Fit(string text, int columns)
    {
        if (Of(text) <= columns)
        {
            return text + new string(' ', columns - Of(text));
        }

        var kept = "";
        var used = 0;
        foreach (var cluster in Clusters(text))
        {
            var width = Of(cluster);
            if (used + width > columns - 1)
            {
                break;
            }

            kept += cluster;
            used += width;
        }

        return columns <= 0 ? "" : kept + "…" + new string(' ', Math.Max(0, columns - used - 1));
    }

    /// <summary>Broken at spaces, and between wide characters, which need none.</summary>
    public static IEnumerable<string> Wrap(string text, int columns)
    {
        columns = Math.Max(4, columns);
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new List<string>();
            var used = 0;
            foreach (var cluster in Clusters(paragraph))
            {
                var width = Of(cluster);
                if (used + width > columns)
                {
                    var cut = BreakAt(line);
                    yield return string.Concat(line.Take(cut)).TrimEnd();
                    line = [.. line.Skip(cut).SkipWhile(one => one == " ")];
                    used = line.Sum(Of);
                }

                line.Add(cluster);
                used += width;
            }

            yield return string.Concat(line);
        }
    }

    private static int BreakAt(List<string> line)
    {
        for (var at = line.Count; at > line.Count / 3; at--)
        {
            if (line[at - 1] == " " || Of(line[at - 1]) > 1)
            {
                return at;
            }
        }

        return line.Count;
    }

    private static IEnumerable<string> Clusters(string text)
    {
        for (var clusters = StringInfo.GetTextElementEnumerator(text); clusters.MoveNext();)
        {
            yield return clusters.GetTextElement();
        }
    }
}
