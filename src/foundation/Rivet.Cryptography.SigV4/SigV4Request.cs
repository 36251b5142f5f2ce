namespace Rivet.Cryptography.SigV4;

/// <summary>An HTTP request as a signature sees it.</summary>
public sealed record SigV4Request
{
    /// <summary>The method, in capitals.</summary>
    public required string Method { get; init; }

    /// <summary>The path exactly as it stands in the request line, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>What follows the question mark in the request line, without it; empty for none.</summary>
    public string Query { get; init; } = "";

    /// <summary>Header fields, <c>Host</c> among them. A signer signs all that are given; a verifier looks at those that the signature names.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The whole body; its hash is always signed.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
