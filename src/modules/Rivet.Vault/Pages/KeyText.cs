namespace Rivet.Vault.Pages;

/// <summary>Names the texts of the pages about a company's key (KeyText.resx, KeyText.zh-CN.resx).</summary>
public sealed class KeyText;
