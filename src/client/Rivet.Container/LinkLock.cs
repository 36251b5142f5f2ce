namespace Rivet.Container;

/// <summary>
/// Held by the one process of a home that may have a link to the server: the server allows one connection per device.
/// The operating system releases it when the process ends, however it ends.
/// </summary>
public sealed class LinkLock : IDisposable
{
    private readonly FileStream file;

    private LinkLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock, or gives null while another holder has it.</summary>
    public static LinkLock? TryTake(ContainerPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        try
        {
            return new LinkLock(new FileStream(place.LinkLockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
