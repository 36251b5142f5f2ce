using Microsoft.Extensions.Localization;
using Rivet.Client;

namespace Rivet.Web.Texts;

/// <summary>Refusals in the reader's language.</summary>
internal static class Refusals
{
    /// <summary>What happened, what is safe and what to do; a reason this page does not know is quoted.</summary>
    public static string Refusal(this IStringLocalizer<ChatText> text, string reason)
        => Known(text, reason) ?? text["refusal.unknown", reason].Value;

    /// <summary>Where a message in the send queue stands.</summary>
    public static string Waits(this IStringLocalizer<ChatText> text, PendingMessage pending)
        => pending.HeldFor > TimeSpan.Zero ? text["row.held", Math.Ceiling(pending.HeldFor.TotalSeconds)]
            : pending.WaitsFor is { } why && Known(text, why.Reason) is { } said ? text["row.waits", said]
            : text["row.pending"];

    private static string? Known(IStringLocalizer<ChatText> text, string reason) => text[$"refusal.{reason}"] is { ResourceNotFound: false } said ? said.Value : null;
}
