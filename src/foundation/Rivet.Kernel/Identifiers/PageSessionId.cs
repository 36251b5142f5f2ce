namespace Rivet.Kernel;

/// <summary>A signed-in browser session on the console pages.</summary>
public readonly record struct PageSessionId(Guid Value) : IEntityId<PageSessionId>
{
    /// <inheritdoc/>
    public static PageSessionId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(Value);
}
