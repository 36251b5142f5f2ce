namespace Rivet.Kernel;

/// <summary>A stored file.</summary>
public readonly record struct FileId(Guid Value) : IEntityId<FileId>
{
    /// <inheritdoc/>
    public static FileId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(Value);
}
