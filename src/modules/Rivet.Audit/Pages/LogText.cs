namespace Rivet.Audit.Pages;

/// <summary>Names the texts of the log's pages (LogText.resx, LogText.zh-CN.resx).</summary>
public sealed class LogText;

/// <summary>Says each kind of event as a sentence, under the kind's name (KindText.resx, KindText.zh-CN.resx).</summary>
public sealed class KindText;
