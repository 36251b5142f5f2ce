using System.Globalization;
using System.Resources;
using System.Text.Json;

namespace Rivet.Server.Doctor;

/// <summary>Tells what was found: a line or two a check as it is found, or one line of JSON at the end.</summary>
internal sealed class DoctorReport(TextWriter output, bool json)
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Doctor.DoctorTexts", typeof(DoctorReport).Assembly);
    private readonly List<(string Id, Finding Finding)> found = [];

    public bool HasFailing => found.Any(one => one.Finding.Level is FindingLevel.Failing);

    public void Add(string id, Finding finding)
    {
        found.Add((id, finding));
        if (json)
        {
            return;
        }

        output.WriteLine($"{Sign(finding.Level)} {id}: {What(id, finding)}");
        if (Do(id, finding) is { } next)
        {
            output.WriteLine($"  → {next}");
        }
    }

    public void Finish(DateTimeOffset now)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                at = now,
                failing = Count(FindingLevel.Failing),
                findings = found.Select(one => new
                {
                    id = one.Id, level = Word(one.Finding.Level), finding = one.Finding.Word, what = What(one.Id, one.Finding), @do = Do(one.Id, one.Finding),
                }),
            }));
            return;
        }

        output.WriteLine();
        output.WriteLine(Say("Sum", found.Count, Count(FindingLevel.Passing), Count(FindingLevel.Attention), Count(FindingLevel.Failing), Count(FindingLevel.NotProven)));
    }

    /// <summary>A level as scripts read it.</summary>
    public static string Word(FindingLevel level) => level is FindingLevel.NotProven ? "not-proven" : level.ToString().ToLowerInvariant();

    public static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);

    private static string What(string id, Finding finding) => Say(finding.Word is Checkup.Unseen ? Checkup.Unseen : $"{id}.{finding.Word}", finding.Values);

    /// <summary>Null where there is nothing to do.</summary>
    private static string? Do(string id, Finding finding)
        => finding.Word is Checkup.Unseen ? Say("Unseen.do")
            : Texts.GetString($"{id}.{finding.Word}.do", CultureInfo.CurrentUICulture) is { } text ? string.Format(CultureInfo.CurrentUICulture, text, finding.Values)
            : null;

    private static string Sign(FindingLevel level) => level switch
    {
        FindingLevel.Passing => "✓",
        FindingLevel.Attention => "!",
        FindingLevel.Failing => "✗",
        _ => "?",
    };

    private int Count(FindingLevel level) => found.Count(one => one.Finding.Level == level);
}
