namespace Rivet.Verify;

/// <summary>What was asked cannot be done; the message is for whoever asked, and says what to do.</summary>
internal sealed class VerifyException(string message) : Exception(message);
