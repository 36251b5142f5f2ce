namespace Rivet.Testing;

/// <summary>A folder of a test's own, removed with everything in it.</summary>
public sealed class TempFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    public TempFolder()
        : this(Directory.CreateTempSubdirectory("rivet-test-").FullName)
    {
    }

    private TempFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>A folder that no disk slows down, where the machine has such a place: for what is written and synced very often.</summary>
    public static TempFolder InMemory()
        => Directory.Exists(Memory)
            ? new TempFolder(Directory.CreateDirectory(System.IO.Path.Combine(Memory, $"rivet-test-{Guid.NewGuid():N}")).FullName)
            : new TempFolder();

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
