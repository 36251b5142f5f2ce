namespace Rivet.Storage;

/// <summary>A folder for a rehearsal alone, readable by its owner only, removed at the end with all that is in it.</summary>
internal sealed class RehearsalFolder : IDisposable
{
    private const string Prefix = "upgrade-check-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream held;

    private RehearsalFolder(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }

    public static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes one.</summary>
    /// <exception cref="UpgradeException">The disk refused.</exception>
    public static RehearsalFolder Create(string parent)
    {
        var path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N"));
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, OwnerOnly);
            }

            return new(path, Hold(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException(UpgradeFault.CannotWrite, exception, path, exception.Message);
        }
    }

    /// <summary>Removes what killed rehearsals left: those that nobody holds.</summary>
    public static void RemoveAbandoned(string parent)
    {
        foreach (var path in Directory.EnumerateDirectories(parent, Prefix + "*").ToArray())
        {
            try
            {
                using (Hold(path))
                {
                    Directory.Delete(path, recursive: true);
                }
            }
            catch (IOException) when (Directory.Exists(path))
            {
                // Another rehearsal is at work in it.
            }
        }
    }

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        held.Dispose();
    }

    private static FileStream Hold(string path)
        => new(System.IO.Path.Combine(path, "held"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
}
