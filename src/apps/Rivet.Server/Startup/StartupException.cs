namespace Rivet.Server.Startup;

/// <summary>The server cannot start; the message says why and what to do, in one line.</summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
