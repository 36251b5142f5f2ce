namespace Rivet.Server.Doctor.Checks;

/// <summary>Where a unit is installed, it starts the server with the machine, and it is what runs.</summary>
internal sealed class UnitEnabled : ICheck
{
    public string Id => "unit.enabled";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var (machine, data) = (patient.Machine, patient.Options.DataFolder);
        return ValueTask.FromResult(
            UnitFile.Find(machine) is not { } unit ? Finding.NotProven("None")
            : !unit.Serves(data) ? Finding.NotProven("OtherFolder", data)
            : !UnitFile.IsEnabled(machine) ? Finding.Attention("Disabled")
            : patient.Running is not { } running ? Finding.Attention("Stopped")
            : machine.Lines(running.Folder + "/cgroup").Any(line => line.Contains("rivet.service", StringComparison.Ordinal)) ? Finding.Passing("Enabled")
            : Finding.Attention("Outside", running.ProcessId));
    }
}
