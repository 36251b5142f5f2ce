namespace Rivet.Kernel;

/// <summary>A person in a company.</summary>
public readonly record struct PersonId(Guid Value) : IEntityId<PersonId>
{
    /// <inheritdoc/>
    public static PersonId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(Value);
}
