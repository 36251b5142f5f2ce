namespace Rivet.UiKit;

/// <summary>A place in the rail; a module registers one for each of its consoles.</summary>
public sealed record Workspace
{
    /// <summary>Address of its first page, such as <c>/people</c>.</summary>
    public required string Path { get; init; }

    /// <summary>One of <see cref="Symbols"/>.</summary>
    public required string Symbol { get; init; }

    /// <summary>Lower is higher in the rail.</summary>
    public required int Order { get; init; }

    /// <summary>Whose texts hold the title.</summary>
    public required Type Texts { get; init; }

    /// <summary>Names the title in them.</summary>
    public required string TitleKey { get; init; }

    /// <summary>Asked of the company: who may not, does not see it.</summary>
    public required string Permission { get; init; }

    /// <summary>The key that goes there, one letter.</summary>
    public required char Key { get; init; }
}

/// <summary>Who looks at the page. Implemented over the signed-in page session; scoped to the request or circuit.</summary>
public interface IVisitor
{
    /// <summary>Name and company; null when nobody is signed in or the names cannot be read.</summary>
    ValueTask<VisitorCard?> ReadCardAsync(CancellationToken ct);

    /// <summary>Whether the visitor may do this in their company now; no when nobody is signed in.</summary>
    ValueTask<bool> MayAsync(string permission, CancellationToken ct);

    /// <summary>The page session ended while the page is open. Raised on any thread; from then on the visitor may do nothing.</summary>
    event Action? SessionEnded;
}

/// <summary>What the shell shows of a visitor.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Company">The company's name.</param>
public sealed record VisitorCard(string Name, string Company);
