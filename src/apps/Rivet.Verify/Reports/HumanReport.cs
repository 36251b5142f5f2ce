using System.Globalization;

namespace Rivet.Verify;

/// <summary>A judgement for a reader: the verdict first, then what it rests on, what was found, and what nobody looked at.</summary>
internal static class HumanReport
{
    public static void Write(Judgement judgement, string folder, TextWriter output)
    {
        var findings = judgement.Findings;
        output.WriteLine(Words.Of($"verdict.{judgement.Verdict}", judgement.Key?.Name ?? folder, Number(findings.Count)));
        if (judgement.Newest is { } newest)
        {
            output.WriteLine(judgement.Until is { } until
                ? Words.Of("report.entries", Number(judgement.Entries), Number(newest.Checkpoint.Size), Time(until))
                : Words.Of("report.empty", Number(judgement.Entries), Number(newest.Checkpoint.Size)));
            output.WriteLine(Words.Of("report.root", Convert.ToBase64String(newest.Checkpoint.Root.Span)));
            output.WriteLine(Words.Of($"report.key.{judgement.KeySource}", judgement.Key!));
            WriteKeys(judgement, output);
            foreach (var seen in newest.Seen)
            {
                output.WriteLine(Words.Of("report.seen", seen.Witness, Time(seen.At)));
            }

            output.WriteLine(Words.Of("report.compared", Number(judgement.Compared)));
            if (judgement.RememberedSize is { } remembered)
            {
                output.WriteLine(Words.Of("report.remembered", Number(remembered)));
            }
        }

        List(output, "report.findings", findings.Kept.Select(finding => $"{Words.Of($"kind.{finding.Kind}")}: {finding.Text}"));
        if (findings.Count > findings.Kept.Count)
        {
            output.WriteLine(Words.Of("report.more", Number(findings.Count - findings.Kept.Count)));
        }

        List(output, "report.notices", judgement.Notices);
        List(output, "report.unchecked", judgement.NotChecked);
    }

    /// <summary>Where the log had more keys than one.</summary>
    private static void WriteKeys(Judgement judgement, TextWriter output)
    {
        foreach (var (key, next) in judgement.Chain!.Keys.Zip(judgement.Chain.Keys.Skip(1)))
        {
            output.WriteLine(Words.Of("report.rotated", Number(key.Until!.Size), Time(key.Until.At), key.Key, next.Key));
            if (key.Revoked is { } revoked)
            {
                output.WriteLine(Words.Of("report.revoked", key.Key, Time(revoked.At), Number(revoked.Size)));
            }
        }
    }

    private static void List(TextWriter output, string head, IEnumerable<string> lines)
    {
        var isFirst = true;
        foreach (var line in lines)
        {
            if (isFirst)
            {
                output.WriteLine();
                output.WriteLine(Words.Of(head));
                isFirst = false;
            }

            output.WriteLine($"  - {line}");
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.CurrentCulture);

    private static string Time(DateTimeOffset at) => at.ToString("u", CultureInfo.InvariantCulture);
}
