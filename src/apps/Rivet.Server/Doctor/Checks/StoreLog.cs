namespace Rivet.Server.Doctor.Checks;

/// <summary>The write-ahead log begins anew now and then; a reader that never ends keeps it growing.</summary>
internal sealed class StoreLog : ICheck
{
    private const long Usual = 512L << 20;

    /// <summary>Backups give up beyond this.</summary>
    private const long Most = 4L << 30;

    public string Id => "store.log";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        _ = FileFacts.Of(patient.Store);
        var size = new FileInfo(patient.Store + "-wal") is { Exists: true } log ? log.Length : 0;
        return ValueTask.FromResult(
            size > Most ? Finding.Failing("Huge", size >> 20) : size > Usual ? Finding.Attention("Large", size >> 20) : Finding.Passing("Usual", size >> 20));
    }
}
