namespace Rivet.Audit.Exporting;

/// <summary>What became of a batch.</summary>
/// <param name="Step">Where it stopped, or <see cref="ExportStep.Sent"/>.</param>
/// <param name="Status">The HTTP status it stopped with; 0 for none.</param>
/// <param name="Later">How long the receiver asked to be left alone.</param>
internal readonly record struct ExportOutcome(ExportStep Step, int Status = 0, TimeSpan Later = default)
{
    public static ExportOutcome Sent => default;

    /// <summary>Whether it stopped at the receiver or on the way to it.</summary>
    public bool IsReceivers => Step >= ExportStep.Find;
}
