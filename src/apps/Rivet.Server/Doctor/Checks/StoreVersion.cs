using Rivet.Storage;

namespace Rivet.Server.Doctor.Checks;

/// <summary>The store's tables are those that this program knows.</summary>
internal sealed class StoreVersion : ICheck
{
    public string Id => "store.version";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        using var look = StoreLook.Open(patient.Options.DataFolder, patient.Running is not null);
        var (pending, unknown) = look.Compare(Modules.Migrations());
        return ValueTask.FromResult(
            unknown is [var newer, ..] ? Finding.Failing("Newer", newer)
            : pending is [var next, ..] ? Finding.Attention(patient.Running is null ? "Pending" : "OlderRuns", next, pending.Count)
            : Finding.Passing("Same"));
    }
}
