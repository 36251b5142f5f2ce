namespace Rivet.Kernel;

/// <summary>A device with keys of its own, held by one person.</summary>
public readonly record struct DeviceId(Guid Value) : IEntityId<DeviceId>
{
    /// <inheritdoc/>
    public static DeviceId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(Value);
}
