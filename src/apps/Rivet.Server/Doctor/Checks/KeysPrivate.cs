namespace Rivet.Server.Doctor.Checks;

/// <summary>The keys folder and every file in it are for the user alone who owns the data.</summary>
internal sealed class KeysPrivate : ICheck
{
    public string Id => "keys.private";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var path = patient.KeysFolder;
        var owner = FileFacts.Of(patient.Options.DataFolder).Owner;
        var folder = FileFacts.Of(path);
        if (folder.IsOpen)
        {
            return ValueTask.FromResult(Finding.Failing("Open", path, folder.Octal));
        }

        // Folders inside a closed one are closed; a file's own mode goes with it into copies.
        foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
        {
            var facts = FileFacts.Of(file);
            if (facts.Owner != owner)
            {
                return ValueTask.FromResult(Finding.Failing("Foreign", file, path));
            }

            if (facts.IsOpen)
            {
                // The vault does not start with such a key.
                return ValueTask.FromResult(file.EndsWith(".key", StringComparison.Ordinal)
                    ? Finding.Failing("KeyOpen", file, facts.Octal)
                    : Finding.Attention("FileOpen", file, facts.Octal));
            }
        }

        return ValueTask.FromResult(File.Exists(Path.Combine(path, "root.key")) || File.Exists(Path.Combine(path, "root.module")) ? Finding.Passing("Private", path) : Finding.Failing("NoRootKey", path));
    }
}
