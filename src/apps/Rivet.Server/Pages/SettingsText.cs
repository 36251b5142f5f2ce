namespace Rivet.Server.Pages;

/// <summary>Names the texts of settings and first steps (SettingsText.resx, SettingsText.zh-CN.resx).</summary>
public sealed class SettingsText;
