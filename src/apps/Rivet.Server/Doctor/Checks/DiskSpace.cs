namespace Rivet.Server.Doctor.Checks;

/// <summary>The disk of the data has room to go on, and for a second copy of the store.</summary>
internal sealed class DiskSpace : ICheck
{
    /// <summary>The write-ahead log may grow to this before it begins anew.</summary>
    private const long Log = 256L << 20;

    private const long Comfortable = 1L << 30;

    public string Id => "disk.space";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var free = new DriveInfo(patient.Options.DataFolder).AvailableFreeSpace;
        var store = new FileInfo(patient.Store) is { Exists: true } file ? file.Length : 0;
        object[] values = [patient.Options.DataFolder, free >> 20, store >> 20];
        return ValueTask.FromResult(
            free < Log ? Finding.Failing("Full", values) : free < Math.Max(Comfortable, store) ? Finding.Attention("Scarce", values) : Finding.Passing("Free", values));
    }
}
