namespace Rivet.Storage;

/// <summary>A table of a store's file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">The statement that makes it.</param>
public sealed record StoreTable(string Name, string Sql);

/// <summary>What a store's file consists of beside its rows.</summary>
/// <param name="Tables">All tables, in the order of their names.</param>
/// <param name="Indexes">The statements that make the indexes.</param>
public sealed record StoreSchema(IReadOnlyList<StoreTable> Tables, IReadOnlyList<string> Indexes);
