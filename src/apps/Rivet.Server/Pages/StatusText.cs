namespace Rivet.Server.Pages;

/// <summary>Names the texts of the status page (StatusText.resx, StatusText.zh-CN.resx).</summary>
public sealed class StatusText;
