namespace Rivet.Web.Texts;

/// <summary>Names the texts of the chat (<c>ChatText.resx</c>).</summary>
public sealed class ChatText;
