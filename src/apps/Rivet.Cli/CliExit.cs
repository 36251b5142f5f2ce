namespace Rivet.Cli;

/// <summary>Ends the command with one line: what happened, and what to do next.</summary>
internal sealed class CliExit(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
