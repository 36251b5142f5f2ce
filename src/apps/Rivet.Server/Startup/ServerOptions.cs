namespace Rivet.Server.Startup;

/// <summary>What whoever starts the server decides. Everything else has its module's defaults.</summary>
internal sealed record ServerOptions
{
    /// <summary>The data folder, absolute.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The keys folder, absolute and outside the data folder; null takes the default for the store.</summary>
    public string? KeysFolder { get; init; }

    /// <summary>The port of everything; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>The name people reach the server by.</summary>
    public required string Host { get; init; }

    /// <summary>Whether only this machine can connect.</summary>
    public required bool LoopbackOnly { get; init; }

    /// <summary>Whether the announcement is one line of JSON.</summary>
    public required bool Json { get; init; }
}
