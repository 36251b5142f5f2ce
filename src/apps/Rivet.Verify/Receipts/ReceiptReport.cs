using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>What a receipt shows, for a reader and for a program: the verdict first; nothing that did not hold is repeated as if it did.</summary>
internal static class ReceiptReport
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static void Write(ReceiptJudgement judgement, string file, TextWriter output)
    {
        var isUntrusted = judgement.Findings.Count == 0 && judgement.KeySource is KeySource.Server;
        output.WriteLine(isUntrusted ? Words.Of("receipt.untrusted", judgement.Key!) : Words.Of($"receipt.verdict.{judgement.Verdict}", file));
        foreach (var finding in judgement.Findings.Kept)
        {
            output.WriteLine($"  - {Words.Of($"kind.{finding.Kind}")}: {finding.Text}");
        }

        if (judgement.Findings.Count > 0 || judgement.Receipt is not { } receipt)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine(Words.Of("receipt.what", Words.Of($"receipt.kind.{receipt.Entry.Kind}"), receipt.Entry.Kind));
        output.WriteLine(Words.Of("receipt.when", receipt.At.ToString("u", CultureInfo.InvariantCulture)));
        output.WriteLine(Words.Of($"receipt.by.{receipt.Entry.ActorKind}"));
        if (Id(receipt.Content.TargetCompany) is { } company)
        {
            output.WriteLine(Words.Of("receipt.company", company));
        }

        foreach (var (name, value) in Details(receipt))
        {
            output.WriteLine($"  {Plain(name)}: {Plain(value)}");
        }

        output.WriteLine(Words.Of("receipt.where", receipt.Checkpoint.Origin, receipt.Index, receipt.Entry.Id.ToString("N")));
        output.WriteLine(Words.Of("receipt.under", receipt.Checkpoint.Size, Convert.ToBase64String(receipt.Checkpoint.Root.Span)));
        output.WriteLine(Words.Of($"report.key.{judgement.KeySource}", judgement.Key!));
        foreach (var seen in judgement.Seen)
        {
            output.WriteLine(Words.Of("report.seen", seen.Witness, seen.At.ToString("u", CultureInfo.InvariantCulture)));
        }

        foreach (var stranger in judgement.Strangers)
        {
            output.WriteLine(Words.Of("receipt.stranger", stranger));
        }

        if (judgement.Seen.Count == 0)
        {
            output.WriteLine(Words.Of("receipt.unwitnessed"));
        }

        output.WriteLine(Words.Of("receipt.limits"));
    }

    public static void WriteJson(ReceiptJudgement judgement, TextWriter output)
    {
        var receipt = judgement.Findings.Count == 0 ? judgement.Receipt : null;
        output.WriteLine(JsonSerializer.Serialize(
            new
            {
                Verdict = JsonNamingPolicy.KebabCaseLower.ConvertName(judgement.Verdict.ToString()),
                Log = receipt?.Checkpoint.Origin,
                receipt?.Index,
                Event = receipt?.Entry.Id.ToString("N"),
                receipt?.Entry.Kind,
                receipt?.At,
                Company = receipt is null ? null : Id(receipt.Content.TargetCompany),
                Details = receipt?.Content.Details,
                receipt?.Checkpoint.Size,
                Root = receipt is null ? null : Convert.ToBase64String(receipt.Checkpoint.Root.Span),
                Key = judgement.Key?.ToString(),
                KeyFrom = judgement.Key is null ? null : judgement.KeySource.ToString().ToLowerInvariant(),
                Cosigned = judgement.Seen.Select(seen => new { seen.Witness, seen.At }),
                Findings = judgement.Findings.Kept.Select(finding => new { Kind = finding.KindName, finding.Place, finding.Text }),
            },
            Form));
    }

    /// <summary>Who asked and who approved first, then the rest by name.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Details(DestructionReceipt receipt)
        => receipt.Content.Details.OrderBy(detail => Array.IndexOf(["asked", "approved"], detail.Key) is >= 0 and var at ? at : 2).ThenBy(detail => detail.Key, StringComparer.Ordinal);

    private static string? Id(ReadOnlyMemory<byte> id) => id.Length == 16 ? Convert.ToHexStringLower(id.Span) : null;

    /// <summary>A terminal obeys some characters.</summary>
    private static string Plain(string text) => string.Concat(text.Select(character => char.IsControl(character) || char.GetUnicodeCategory(character) is UnicodeCategory.Format ? '?' : character));
}
