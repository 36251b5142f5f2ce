namespace Rivet.Container;

/// <summary>A transaction on the container, valid only inside <see cref="DeviceContainer.Write{T}"/>.</summary>
public sealed class ContainerWrite
{
    private readonly DeviceContainer container;

    internal ContainerWrite(DeviceContainer container) => this.container = container;

    internal bool MetDamage { get; private set; }

    /// <summary>One record's content as this transaction sees it; a damaged one refuses the whole transaction.</summary>
    public byte[]? Find(byte kind, byte[] key)
    {
        if (!container.TryFind(kind, key, out var value))
        {
            MetDamage = true;
        }

        return value;
    }

    /// <summary>Writes a record that must not exist; false when it does, which changes nothing.</summary>
    public bool Insert(byte kind, byte[] key, ReadOnlySpan<byte> value) => container.Insert(kind, key, value);

    /// <summary>Writes or replaces a record.</summary>
    public void Put(byte kind, byte[] key, ReadOnlySpan<byte> value) => container.Put(kind, key, value);

    /// <summary>Removes a record if it is there.</summary>
    public void Delete(byte kind, byte[] key) => container.Delete(kind, key);
}
