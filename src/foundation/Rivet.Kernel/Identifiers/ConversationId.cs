namespace Rivet.Kernel;

/// <summary>A conversation: one-to-one or a group.</summary>
public readonly record struct ConversationId(Guid Value) : IEntityId<ConversationId>
{
    /// <inheritdoc/>
    public static ConversationId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(Value);
}
