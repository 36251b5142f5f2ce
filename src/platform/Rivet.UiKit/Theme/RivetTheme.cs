using System.Text;
using MudBlazor;

namespace Rivet.UiKit;

/// <summary>Both forms of the look: CSS variables for our own components, a MudBlazor theme for its components.</summary>
public static class RivetTheme
{
    /// <summary>Latin from the local Inter, Chinese from the system.</summary>
    public static IReadOnlyList<string> Fonts { get; } =
        ["Inter Variable", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "system-ui", "sans-serif"];

    /// <summary>The MudBlazor theme.</summary>
    public static MudTheme Mud { get; } = new()
    {
        PaletteLight = Fill(new PaletteLight(), Palette.Light),
        PaletteDark = Fill(new PaletteDark(), Palette.Dark),
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = [.. Fonts], FontSize = "0.875rem", LineHeight = "1.4286", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontSize = "0.875rem", LineHeight = "1.4286", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontSize = "0.8125rem", LineHeight = "1.3846", LetterSpacing = "normal" },
            H6 = new H6Typography { FontSize = "1rem", LineHeight = "1.5", FontWeight = "600", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontSize = "0.875rem", LineHeight = "1.4286", FontWeight = "550", LetterSpacing = "normal", TextTransform = "none" },
        },
    };

    /// <summary>
    /// The style sheet of the colours: light by default, dark where the system or the reader's choice says so
    /// (<c>data-theme</c> on the root element). MudBlazor's own variables are pointed at them, so that one choice
    /// switches everything at once and without the server.
    /// </summary>
    public static string Css { get; } = BuildCss();

    private static string BuildCss()
    {
        var light = Variables(Palette.Light, "light");
        var dark = Variables(Palette.Dark, "dark");
        return $":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
            + $":root[data-theme=dark]{{{dark}}}\n:root:root{{{MudVariables}}}";
    }

    private static string Variables(Palette palette, string scheme)
    {
        var css = new StringBuilder($"color-scheme:{scheme};");
        foreach (var (name, value) in new[]
        {
            ("ground", palette.Ground), ("surface", palette.Surface), ("hover", palette.Hover), ("line", palette.Line), ("edge", palette.Edge),
            ("text", palette.Text), ("quiet", palette.Quiet), ("accent", palette.Accent), ("accent-hover", palette.AccentHover),
            ("on-accent", palette.OnAccent), ("accent-wash", palette.AccentWash), ("passing", palette.Passing), ("attention", palette.Attention),
            ("failing", palette.Failing), ("on-failing", palette.OnFailing), ("elevation", palette.Elevation), ("veil", palette.Veil),
        })
        {
            css.Append(System.Globalization.CultureInfo.InvariantCulture, $"--rv-{name}:{value};");
        }

        return css.ToString();
    }

    private const string MudVariables =
        "--mud-palette-primary:var(--rv-accent);--mud-palette-primary-darken:var(--rv-accent-hover);--mud-palette-primary-text:var(--rv-on-accent);"
        + "--mud-palette-error:var(--rv-failing);--mud-palette-error-darken:var(--rv-failing);--mud-palette-error-text:var(--rv-on-failing);"
        + "--mud-palette-text-primary:var(--rv-text);--mud-palette-text-secondary:var(--rv-quiet);--mud-palette-text-disabled:var(--rv-quiet);"
        + "--mud-palette-background:var(--rv-ground);--mud-palette-surface:var(--rv-surface);--mud-palette-lines-default:var(--rv-line);"
        + "--mud-palette-lines-inputs:var(--rv-edge);--mud-palette-divider:var(--rv-line);--mud-palette-action-default:var(--rv-text);"
        + "--mud-palette-action-default-hover:var(--rv-hover);--mud-palette-overlay-dark:var(--rv-veil);"
        + "--mud-elevation-24:var(--rv-elevation);--mud-elevation-8:var(--rv-elevation);--mud-default-borderradius:6px;";

    private static T Fill<T>(T mud, Palette palette)
        where T : MudBlazor.Palette
    {
        mud.Primary = palette.Accent;
        mud.PrimaryContrastText = palette.OnAccent;
        mud.Error = palette.Failing;
        mud.ErrorContrastText = palette.OnFailing;
        mud.Success = palette.Passing;
        mud.Warning = palette.Attention;
        mud.Background = palette.Ground;
        mud.Surface = palette.Surface;
        mud.TextPrimary = palette.Text;
        mud.TextSecondary = palette.Quiet;
        mud.LinesDefault = palette.Line;
        mud.LinesInputs = palette.Edge;
        mud.Divider = palette.Line;
        mud.ActionDefault = palette.Text;
        return mud;
    }
}
