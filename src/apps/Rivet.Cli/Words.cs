using System.Globalization;
using System.Resources;
using Rivet.Client;

namespace Rivet.Cli;

/// <summary>The program's texts in the reader's language.</summary>
internal sealed class Words(CultureInfo culture)
{
    private static readonly ResourceManager Resources = new("Rivet.Cli.Resources.Words", typeof(Words).Assembly);

    public CultureInfo Culture { get; } = culture;

    public static Words English { get; } = new(CultureInfo.GetCultureInfo("en"));

    public string this[string key] => Resources.GetString(key, Culture) ?? throw new ArgumentException($"No text for {key}.", nameof(key));

    public string this[string key, params object[] values] => string.Format(Culture, this[key], values);

    public bool Has(string key) => Resources.GetString(key, Culture) is not null;

    /// <summary>A value's word; one this version does not know is shown as it is.</summary>
    public string Kind<T>(string family, T value)
        where T : struct, Enum
        => Resources.GetString($"{family}.{value}", Culture) ?? value.ToString();

    /// <summary>The language asked for, else the one of the environment: <c>en</c> or <c>zh-CN</c>.</summary>
    public static Words For(string? language, Func<string, string?> environment)
    {
        var asked = language ?? First(environment("LC_ALL"), environment("LC_MESSAGES"), environment("LANG"));
        var chinese = asked is not null && asked.StartsWith("zh", StringComparison.OrdinalIgnoreCase);
        return new Words(CultureInfo.GetCultureInfo(chinese ? "zh-CN" : "en"));
    }

    /// <summary>What a refusal says to a person. A server's own sentence is neutralised, and shown only for want of ours.</summary>
    public string Say(ClientRefusal refusal)
    {
        var key = $"refusal.{refusal.Reason}";
        var byCode = $"refusal.code.{refusal.Code}";
        var said = Has(key) ? this[key] : Has(byCode) ? this[byCode, Plain.Line(refusal.Reason)] : this["refusal.other", Plain.Line(refusal.Reason)];
        return refusal.Incident.Length > 0 ? $"{said} {this["refusal.incident", Plain.Line(refusal.Incident)]}" : said;
    }

    /// <summary>Where a message in the send queue stands.</summary>
    public string Waits(PendingMessage pending)
        => pending.HeldFor > TimeSpan.Zero ? this["chat.held", Math.Ceiling(pending.HeldFor.TotalSeconds)]
            : pending.WaitsFor is { } why ? this["chat.waits", Say(why)]
            : this["chat.sending"];

    private static string? First(params string?[] values) => values.FirstOrDefault(value => !string.IsNullOrEmpty(value));
}
