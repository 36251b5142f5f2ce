namespace Rivet.Kernel;

/// <summary>A company: the tenant everything belongs to.</summary>
public readonly record struct CompanyId(Guid Value) : IEntityId<CompanyId>
{
    /// <inheritdoc/>
    public static CompanyId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(Value);
}
