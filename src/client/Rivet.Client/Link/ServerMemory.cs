using Rivet.Lws.Agreement;

namespace Rivet.Client.Link;

/// <summary>
/// What a device learnt of a server and needs the next time: its static key, which saves a round trip, and the highest
/// version it ever offered, which nobody may take back. Safe for concurrent use.
/// </summary>
public sealed class ServerMemory
{
    private readonly Lock gate = new();
    private ReadOnlyMemory<byte> serverStatic;
    private uint highestVersion;

    /// <summary>The server's static key; empty before a first contact.</summary>
    public ReadOnlyMemory<byte> ServerStatic
    {
        get
        {
            lock (gate)
            {
                return serverStatic;
            }
        }
    }

    /// <summary>The highest version seen; 0 before a first contact.</summary>
    public uint HighestVersion
    {
        get
        {
            lock (gate)
            {
                return highestVersion;
            }
        }
    }

    /// <summary>Keeps what a handshake taught.</summary>
    internal void Learn(ClientLink link)
    {
        lock (gate)
        {
            serverStatic = link.ServerStatic;
            highestVersion = Math.Max(highestVersion, link.HighestVersion);
        }
    }

    /// <summary>The server refused who used its static key: the next contact is a first one. The version stays.</summary>
    internal void ForgetStatic()
    {
        lock (gate)
        {
            serverStatic = default;
        }
    }
}
