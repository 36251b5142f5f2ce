namespace Rivet.Server.Doctor.Checks;

/// <summary>The data folder is its owner's alone, and everything in it belongs to the same user: a file that another made keeps the server out.</summary>
internal sealed class DataPrivate : ICheck
{
    public string Id => "data.private";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var path = patient.Options.DataFolder;
        var folder = FileFacts.Of(path);
        if (folder.IsOpen)
        {
            return ValueTask.FromResult(Finding.Failing("Open", path, folder.Octal));
        }

        var foreign = Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories).FirstOrDefault(file => FileFacts.Of(file).Owner != folder.Owner);
        return ValueTask.FromResult(foreign is null ? Finding.Passing("Private", path) : Finding.Failing("Foreign", foreign, path));
    }
}
