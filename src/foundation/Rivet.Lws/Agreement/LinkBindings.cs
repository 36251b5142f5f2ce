using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>Which value ties a handshake to its TLS channel (docs/protocol/lws-2.md §2).</summary>
internal static class LinkBindings
{
    /// <summary>The best kind an end can compute.</summary>
    public static LinkBinding Best(ChannelBindings? bindings)
        => Value(bindings, LinkBinding.TlsExporter) is not null ? LinkBinding.TlsExporter
            : Value(bindings, LinkBinding.TlsServerEndPoint) is not null ? LinkBinding.TlsServerEndPoint
            : LinkBinding.Unbound;

    /// <summary>The value of a kind; null when this end cannot compute it.</summary>
    public static ReadOnlyMemory<byte>? Value(ChannelBindings? bindings, LinkBinding kind) => kind switch
    {
        LinkBinding.Unbound => ReadOnlyMemory<byte>.Empty,
        LinkBinding.TlsExporter => bindings?.Choose([ChannelBindings.Exporter])?.Value,
        LinkBinding.TlsServerEndPoint => bindings?.Choose([])?.Value,
        _ => null,
    };
}
