using System.Net;
using Rivet.Vault;

namespace Rivet.Server.Startup;

/// <summary>What whoever starts the server decides. Everything else has its module's defaults.</summary>
internal sealed record ServerOptions
{
    /// <summary>The data folder, absolute.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The keys folder, absolute and outside the data folder; null takes the default for the store.</summary>
    public string? KeysFolder { get; init; }

    /// <summary>The key module of the root; null takes what the keys folder says.</summary>
    public RootModuleOptions? RootModule { get; init; }

    /// <summary>How the root key's file is opened, and a new one sealed.</summary>
    public RootSealOptions RootSeal { get; init; } = new();

    /// <summary>The port of everything; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>The names and addresses people reach the server by; invitations and page addresses carry the first.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Largest size of the database in bytes; 0 for no limit.</summary>
    public required long Quota { get; init; }

    /// <summary>Whether links that cannot be bound to their TLS channel, those of browsers, are refused.</summary>
    public required bool BoundOnly { get; init; }

    /// <summary>Whether all connections come from a proxy's address, so that limits by address would hold for everybody together.</summary>
    public bool BehindProxy { get; init; }

    /// <summary>Whether exports of security logs may go to this machine, and webhooks into private networks.</summary>
    public bool ExportsInside { get; init; }

    /// <summary>A company's own key server may be on this very machine.</summary>
    public bool KeyServerHere { get; init; }

    /// <summary>Whether the announcement is one line of JSON, and so are the logs.</summary>
    public required bool Json { get; init; }

    /// <summary>The name that invitations and page addresses carry.</summary>
    public string PublicHost => Hosts[0];

    /// <summary>Whether only this machine can connect: so long as no other name was asked for.</summary>
    public bool IsLoopbackOnly => Hosts.All(host => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));
}
