namespace Rivet.Kernel;

/// <summary>A security event or another recorded fact.</summary>
public readonly record struct EventId(Guid Value) : IEntityId<EventId>
{
    /// <inheritdoc/>
    public static EventId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(Value);
}
