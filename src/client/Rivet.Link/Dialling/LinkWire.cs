using System.Net.WebSockets;
using Rivet.Kernel;
using Rivet.Lws.Agreement;

namespace Rivet.Link.Dialling;

/// <summary>Reaches the server once, up to where LWS begins.</summary>
public delegate Task<Result<LinkWire, LinkRefusal>> ReachServer(CancellationToken ct);

/// <summary>A connection to a server that carries LWS (docs/protocol/lws.md §2). Disposing it hangs up.</summary>
public abstract class LinkWire : IDisposable
{
    /// <summary>Its bytes. What breaks it is thrown as <see cref="IOException"/> or <see cref="WebSocketException"/>.</summary>
    public abstract Stream Stream { get; }

    /// <summary>What this end can compute for the channel; null where it sees none of it (the web profile).</summary>
    public abstract ChannelBindings? Bindings { get; }

    /// <summary>Says that nothing more will be sent.</summary>
    public abstract Task FinishAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Hangs up.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Whether an exception only says that the connection is over.</summary>
    internal static bool IsLoss(Exception thrown)
        => thrown is IOException or WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException;
}
