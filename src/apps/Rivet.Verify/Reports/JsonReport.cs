using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rivet.Verify;

/// <summary>A judgement for a program: one object, its sentences in the reader's language, all else in none.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // For a program or a terminal, never inside a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static void Write(Judgement judgement, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Verdict = JsonNamingPolicy.KebabCaseLower.ConvertName(judgement.Verdict.ToString()),
            Log = judgement.Key?.Name,
            Key = judgement.Key?.ToString(),
            KeyFrom = judgement.KeySource.ToString().ToLowerInvariant(),
            Keys = judgement.Chain?.Keys.Select(one => new
            {
                Key = one.Key.ToString(), one.From, Until = one.Until?.Size, ReplacedAt = one.Until?.At, RevokedAt = one.Revoked?.At,
            }) ?? [],
            Size = judgement.Newest?.Checkpoint.Size,
            Root = judgement.Newest is { } newest ? Convert.ToBase64String(newest.Checkpoint.Root.Span) : null,
            judgement.Entries,
            judgement.Until,
            Cosigned = judgement.Newest?.Seen.Select(seen => new { seen.Witness, seen.At }) ?? [],
            ComparedCheckpoints = judgement.Compared,
            judgement.RememberedSize,
            FindingCount = judgement.Findings.Count,
            Findings = judgement.Findings.Kept.Select(finding => new { Kind = finding.KindName, finding.Place, finding.Text }),
            judgement.Notices,
            judgement.NotChecked,
        },
        Form));
}
