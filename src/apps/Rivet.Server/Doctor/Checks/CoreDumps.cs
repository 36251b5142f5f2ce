using System.Globalization;

namespace Rivet.Server.Doctor.Checks;

/// <summary>A crash of the running server writes none of its memory to disk: keys are in it.</summary>
internal sealed class CoreDumps : ICheck
{
    private const uint Root = 0;

    public string Id => "core.dumps";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        if (patient.Running is not { } running)
        {
            return ValueTask.FromResult(Finding.NotProven("NotRunning"));
        }

        if (ProcessLimits.Read(patient.Machine, running, "Max core file size") is 0)
        {
            return ValueTask.FromResult(Finding.Passing("Limited"));
        }

        // What the kernel tells of a process that must not be dumped belongs to root (proc(5)); of root's own that proves nothing.
        var user = uint.Parse(
            patient.Machine.Lines(running.Folder + "/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1], CultureInfo.InvariantCulture);
        return ValueTask.FromResult(
            user == Root ? Finding.NotProven("OfRoot")
            : FileFacts.Of(patient.Machine[running.Folder + "/stat"]).Owner == Root ? Finding.Passing("NotDumpable")
            : Finding.Failing("Dumpable", running.ProcessId));
    }
}
