using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Rivet.Tour;

/// <summary>Where the tour is shown: a line with its time for each step, well readable also without a terminal.</summary>
internal sealed class Stage(IAnsiConsole console, TimeProvider time)
{
    private readonly List<(string Title, TimeSpan Time)> steps = [];

    public IReadOnlyList<(string Title, TimeSpan Time)> Steps => steps;

    public void Title(string text)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold rgb(224,138,87)]◎ {text}[/]");
        console.WriteLine();
    }

    /// <summary>Does a step under its title; gives what it gives.</summary>
    public async Task<T> StepAsync<T>(string key, Func<Task<T>> step)
    {
        var title = Words.Of(key);
        var begun = time.GetTimestamp();
        var result = console.Profile.Capabilities.Interactive
            ? await console.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(title), _ => step())
            : await step();
        Done(title, time.GetElapsedTime(begun));
        return result;
    }

    /// <summary>Does a step that fills a bar from 0 to 1.</summary>
    public async Task<T> BarAsync<T>(string key, Func<Action<double>, Task<T>> step)
    {
        var title = Words.Of(key);
        var begun = time.GetTimestamp();
        var result = console.Profile.Capabilities.Interactive
            ? await console.Progress().AutoClear(true).Columns(
                new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(context =>
                {
                    var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                    return step(value => task.Value = value);
                })
            : await step(_ => { });
        Done(title, time.GetElapsedTime(begun));
        return result;
    }

    public void Say(string text) => console.MarkupLineInterpolated($"    {Plain(text)}");

    public void Quiet(string text) => console.MarkupLineInterpolated($"    [grey]{Plain(text)}[/]");

    /// <summary>A line of a conversation.</summary>
    public void Line(DateTimeOffset at, string who, string text)
        => console.MarkupLineInterpolated($"    [grey]{at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}[/] [bold]{Plain(who)}[/] {Clip(Plain(text))}");

    public void Summary()
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        foreach (var (title, took) in steps)
        {
            table.AddRow(new Text(title), new Text(Seconds(took)));
        }

        table.AddRow(new Markup($"[bold]{Markup.Escape(Words.Of("Total"))}[/]"), new Text(Seconds(steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Time))));
        console.WriteLine();
        console.Write(new Padder(table, new Padding(2, 0)));
        console.WriteLine();
    }

    public void Failed(string text) => console.MarkupLineInterpolated($"  [bold rgb(242,133,125)]✗ {Words.Of("Failed")}[/] {Plain(text)}");

    public void Stopped(string text) => console.MarkupLineInterpolated($"  [bold]■[/] {text}");

    private void Done(string title, TimeSpan took)
    {
        steps.Add((title, took));
        console.MarkupLineInterpolated($"  [rgb(92,184,132)]✓[/] [bold]{title}[/] [grey]{Seconds(took)}[/]");
    }

    private static string Seconds(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.00} s");

    private static string Clip(string text)
    {
        const int longest = 100;
        return text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest - (char.IsHighSurrogate(text[longest - 1]) ? 1 : 0)), "…");
    }

    /// <summary>What people wrote must not steer the terminal.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format && rune.Value != 0x200D ? new Rune(' ') : rune);
        }

        return plain.ToString();
    }
}
