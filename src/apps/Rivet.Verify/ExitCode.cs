namespace Rivet.Verify;

/// <summary>What the program says to a script.</summary>
internal static class ExitCode
{
    public const int Intact = 0;
    public const int Found = 1;
    public const int CannotJudge = 2;
}
