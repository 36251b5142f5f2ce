namespace Rivet.Server.Doctor.Checks;

/// <summary>Whether this is a server's data folder at all: the others would only say that they see nothing.</summary>
internal sealed class StoreThere : ICheck
{
    public string Id => "store.there";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
        => ValueTask.FromResult(!File.Exists(patient.Store)
            ? Finding.Failing("Missing", patient.Options.DataFolder)
            : patient.Running is { } running
                ? Finding.Passing("Running", patient.Options.DataFolder, running.ProcessId)
                : Finding.Passing("Stopped", patient.Options.DataFolder));
}
