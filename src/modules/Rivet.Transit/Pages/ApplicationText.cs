namespace Rivet.Transit.Pages;

/// <summary>Names the texts of the page about applications and their keys (ApplicationText.resx, ApplicationText.zh-CN.resx).</summary>
public sealed class ApplicationText;
