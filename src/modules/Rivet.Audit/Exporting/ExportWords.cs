using System.Globalization;
using System.Resources;

namespace Rivet.Audit.Exporting;

/// <summary>What is said of exports, in the language of whoever asks.</summary>
internal sealed class ExportWords(CultureInfo culture)
{
    private static readonly ResourceManager Texts = new("Rivet.Audit.Resources.ExportText", typeof(ExportWords).Assembly);

    public string Of(string key, params object[] values)
        => string.Format(culture, Texts.GetString(key, culture) ?? throw new MissingManifestResourceException(key), values);

    public string Number(long number) => number.ToString("N0", culture);

    public string Time(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToLocalTime().ToString("g", culture);

    /// <summary>Where a batch stopped; empty for one that did not.</summary>
    public string Why(ExportOutcome outcome) => outcome.Step is ExportStep.Sent ? "" : Of($"Step{outcome.Step}", outcome.Status);

    /// <summary>What to do about it; empty for one that did not stop.</summary>
    public string Advice(ExportStep step) => step is ExportStep.Sent ? "" : Of($"Advice{step}");
}
