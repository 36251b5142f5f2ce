namespace Rivet.Server.Doctor.Checks;

/// <summary>What the server says at its start holds the administrator's one-time code: not for the journal, nor for others to read.</summary>
internal sealed class AnnouncementPlace : ICheck
{
    public string Id => "announcement.place";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        if (UnitFile.Find(patient.Machine) is { } unit && unit.Serves(patient.Options.DataFolder))
        {
            return ValueTask.FromResult(unit.Last("StandardOutput")?.Split(':', 2) switch
            {
                ["truncate" or "append" or "file", var file] => Judge(file, patient.Machine[file.TrimStart('/')]),
                ["null"] => Finding.Passing("Nowhere"),
                _ => Finding.Attention("Journal"),
            });
        }

        if (patient.Running is not { } running)
        {
            return ValueTask.FromResult(Finding.NotProven("NotRunning"));
        }

        var output = new FileInfo(patient.Machine[running.Folder + "/fd/1"]).LinkTarget ?? throw new UnauthorizedAccessException(running.Folder + "/fd/1");
        return ValueTask.FromResult(
            output.StartsWith("/dev/", StringComparison.Ordinal) ? Finding.Passing("Nowhere")
            : output.StartsWith('/') ? Judge(output, output)
            : Finding.NotProven("Elsewhere", output));
    }

    private static Finding Judge(string named, string path)
        => !File.Exists(path) ? Finding.NotProven("NoFile", named)
            : FileFacts.Of(path) is { IsOpen: true } open && IsReachable(path) ? Finding.Failing("Open", named, open.Octal)
            : Finding.Passing("Private", named);

    /// <summary>A folder that others may not enter hides its files, whatever their modes.</summary>
    private static bool IsReachable(string path)
    {
        for (var parent = Path.GetDirectoryName(path); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (!FileFacts.Of(parent).Mode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }
}
