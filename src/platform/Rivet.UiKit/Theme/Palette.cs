namespace Rivet.UiKit;

/// <summary>The colours of one appearance; the single source of both the CSS variables and the MudBlazor theme.</summary>
public sealed record Palette
{
    /// <summary>Behind everything.</summary>
    public required string Ground { get; init; }

    /// <summary>Panels, tables, dialogs.</summary>
    public required string Surface { get; init; }

    /// <summary>What the pointer or the keyboard is on.</summary>
    public required string Hover { get; init; }

    /// <summary>Hairlines.</summary>
    public required string Line { get; init; }

    /// <summary>Edges of what can be filled in or pressed; at least 3:1 against surface and ground (WCAG 1.4.11).</summary>
    public required string Edge { get; init; }

    /// <summary>Text.</summary>
    public required string Text { get; init; }

    /// <summary>Text of less weight.</summary>
    public required string Quiet { get; init; }

    /// <summary>Copper: the one primary action, links, focus.</summary>
    public required string Accent { get; init; }

    /// <summary>The accent under the pointer.</summary>
    public required string AccentHover { get; init; }

    /// <summary>Text on the accent.</summary>
    public required string OnAccent { get; init; }

    /// <summary>Where one is, and what is selected.</summary>
    public required string AccentWash { get; init; }

    /// <summary>Status: passing.</summary>
    public required string Passing { get; init; }

    /// <summary>Status: wants attention.</summary>
    public required string Attention { get; init; }

    /// <summary>Status: failing; also the action that cannot be undone.</summary>
    public required string Failing { get; init; }

    /// <summary>Text on <see cref="Failing"/>.</summary>
    public required string OnFailing { get; init; }

    /// <summary>The one elevation: menus and dialogs.</summary>
    public required string Elevation { get; init; }

    /// <summary>What lies under a dialog.</summary>
    public required string Veil { get; init; }

    /// <summary>The light appearance.</summary>
    public static Palette Light { get; } = new()
    {
        Ground = "#FBFBFA", Surface = "#FFFFFF", Hover = "#F4F4F1", Line = "#E4E4E0", Edge = "#8C9085",
        Text = "#1B1D1F", Quiet = "#5F656B",
        Accent = "#B4531F", AccentHover = "#9A4518", OnAccent = "#FFFFFF", AccentWash = "#FCF3EC",
        Passing = "#2E7D4F", Attention = "#9A6700", Failing = "#B3261E", OnFailing = "#FFFFFF",
        Elevation = "0 8px 28px rgba(27,29,31,.16)", Veil = "rgba(27,29,31,.36)",
    };

    /// <summary>The dark appearance.</summary>
    public static Palette Dark { get; } = new()
    {
        Ground = "#16181B", Surface = "#1D2024", Hover = "#24282D", Line = "#2E3238", Edge = "#6C747D",
        Text = "#E8E9EA", Quiet = "#9AA1A8",
        Accent = "#E08A57", AccentHover = "#EBA47A", OnAccent = "#16181B", AccentWash = "#33271F",
        Passing = "#5CB884", Attention = "#E0B04B", Failing = "#F2857D", OnFailing = "#16181B",
        Elevation = "0 8px 28px rgba(0,0,0,.48)", Veil = "rgba(0,0,0,.56)",
    };
}
