using Microsoft.AspNetCore.Components;

namespace Rivet.UiKit;

/// <summary>A part of the settings page; a module registers one for each group of things that an administrator decides.</summary>
public sealed record SettingsSection
{
    /// <summary>Its name in the address, <c>/settings/{Key}</c>: lower-case letters and hyphens.</summary>
    public required string Key { get; init; }

    /// <summary>Lower is further up, and earlier among the first steps.</summary>
    public required int Order { get; init; }

    /// <summary>Whose texts hold title and line.</summary>
    public required Type Texts { get; init; }

    /// <summary>Names the title in them.</summary>
    public required string TitleKey { get; init; }

    /// <summary>Names the one line below the title: what is decided here, and whom it concerns.</summary>
    public required string LineKey { get; init; }

    /// <summary>A <see cref="SettingsPart"/>.</summary>
    public required Type Component { get; init; }

    /// <summary>Asked of the company: who may not, does not see it.</summary>
    public required string Permission { get; init; }

    /// <summary>Whether a new company is led through it.</summary>
    public bool IsFirstStep { get; init; }
}

/// <summary>The form of a <see cref="SettingsSection"/>. It reads what holds now, saves by a button of its own, and asks the policy for both.</summary>
public abstract class SettingsPart : LiveComponent
{
    /// <summary>Raised after a save that succeeded; among the first steps it leads on.</summary>
    [Parameter]
    public EventCallback Saved { get; set; }
}
