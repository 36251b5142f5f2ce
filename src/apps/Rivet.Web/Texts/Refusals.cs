using Microsoft.Extensions.Localization;

namespace Rivet.Web.Texts;

/// <summary>Refusals in the reader's language.</summary>
internal static class Refusals
{
    /// <summary>What happened, what is safe and what to do; a reason this page does not know is quoted.</summary>
    public static string Refusal(this IStringLocalizer<ChatText> text, string reason)
        => text[$"refusal.{reason}"] is { ResourceNotFound: false } said ? said.Value : text["refusal.unknown", reason].Value;
}
