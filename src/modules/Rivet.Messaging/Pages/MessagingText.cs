namespace Rivet.Messaging.Pages;

/// <summary>Names the texts of Messaging's pages (MessagingText.resx, MessagingText.zh-CN.resx).</summary>
public sealed class MessagingText;
