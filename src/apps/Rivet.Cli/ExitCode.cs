namespace Rivet.Cli;

/// <summary>What a script can tell an ending by; documented in the README.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Fault = 1;
    public const int Usage = 2;
    public const int Refused = 3;
    public const int NoSuchName = 4;
    public const int Offline = 5;
    public const int Home = 6;
    public const int Queued = 7;
    public const int LinkEnded = 8;
    public const int NotRivet = 9;
}
