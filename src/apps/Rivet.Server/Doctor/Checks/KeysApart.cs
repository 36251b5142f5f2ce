using Rivet.Server.Startup;

namespace Rivet.Server.Doctor.Checks;

/// <summary>Keys lie outside the data folder, on a disk, and where nobody else can put another folder in their place.</summary>
internal sealed class KeysApart : ICheck
{
    public string Id => "keys.apart";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var path = patient.KeysFolder;
        _ = FileFacts.Of(path);
        if (Startup.KeysFolder.AreTogether(patient.Options.DataFolder, path))
        {
            return ValueTask.FromResult(Finding.Failing("Inside", path, patient.Options.DataFolder));
        }

        for (var parent = Path.GetDirectoryName(path); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            // With the sticky bit, as /tmp has it, others may add and not rename.
            var mode = FileFacts.Of(parent).Mode;
            if (mode.HasFlag(UnixFileMode.OtherWrite) && !mode.HasFlag(UnixFileMode.StickyBit))
            {
                return ValueTask.FromResult(Finding.Failing("Replaceable", path, parent));
            }
        }

        return ValueTask.FromResult(new DriveInfo(path).DriveFormat is "tmpfs" or "ramfs" ? Finding.Failing("InMemory", path) : Finding.Passing("Apart", path));
    }
}
