using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>
/// The values that tie a handshake to its TLS channel, as far as one end can compute them (docs/protocol/lws.md §5.2). An end
/// that sees none of its channel (the web profile) has no such object.
/// </summary>
public sealed class ChannelBindings
{
    private readonly byte[]? exporter;
    private readonly byte[]? endPoint;

    /// <summary>Takes what the TLS library could give.</summary>
    /// <param name="exporter">RFC 9266: 32 bytes exported from the TLS 1.3 connection, a secret of it; or null.</param>
    /// <param name="endPoint">RFC 5929 §4: the hash of the server's certificate, which binds that and not the connection; or null.</param>
    public ChannelBindings(byte[]? exporter, byte[]? endPoint)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(exporter?.Length ?? LwsConstants.ExporterSize, LwsConstants.ExporterSize, nameof(exporter));
        ArgumentOutOfRangeException.ThrowIfZero(endPoint?.Length ?? LwsConstants.ExporterSize, nameof(endPoint));
        this.exporter = exporter;
        this.endPoint = endPoint;
    }

    /// <summary>The best kind an end can compute.</summary>
    internal static LinkBinding Best(ChannelBindings? own)
        => own?.exporter is not null ? LinkBinding.TlsExporter
            : own?.endPoint is not null ? LinkBinding.TlsServerEndPoint
            : LinkBinding.Unbound;

    /// <summary>The value of a kind; null when this end cannot compute it.</summary>
    internal static ReadOnlyMemory<byte>? Value(ChannelBindings? own, LinkBinding kind)
    {
        var value = kind switch
        {
            LinkBinding.Unbound => [],
            LinkBinding.TlsExporter => own?.exporter,
            LinkBinding.TlsServerEndPoint => own?.endPoint,
            _ => null,
        };
        if (value is null)
        {
            return null; // In a conditional expression null would become empty memory, by way of an array: a value.
        }

        return value;
    }
}
