namespace Rivet.UiKit;

/// <summary>Names the texts of the shell and its components (UiText.resx, UiText.zh-CN.resx).</summary>
public sealed class UiText;
