namespace Rivet.Identity.Pages;

/// <summary>Names the texts of Identity's pages (IdentityText.resx, IdentityText.zh-CN.resx).</summary>
public sealed class IdentityText;
