using Rivet.Storage;

namespace Rivet.Server.Doctor.Checks;

/// <summary>SQLite finds the store's file whole (PRAGMA quick_check).</summary>
internal sealed class StoreSound : ICheck
{
    /// <summary>A check reads everything, and while it reads the running server's log cannot begin anew.</summary>
    internal const long MostBesideServer = 4L << 30;

    public string Id => "store.sound";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var size = new FileInfo(patient.Store).Length;
        if (patient.Running is not null && size > MostBesideServer)
        {
            return ValueTask.FromResult(Finding.NotProven("TooLarge", size >> 20));
        }

        if (!Console.IsErrorRedirected && size > 1 << 28)
        {
            Console.Error.WriteLine(DoctorReport.Say("Reading", size >> 20));
        }

        using var look = StoreLook.Open(patient.Options.DataFolder, patient.Running is not null);
        return ValueTask.FromResult(look.FindDamage() is { } damage ? Finding.Failing("Damaged", patient.Store, damage) : Finding.Passing("Sound", size >> 20));
    }
}
