using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Lws;
using Rivet.Lws.Agreement;

namespace Rivet.Hosting.Link.Connections;

/// <summary>What carries the bytes of one link. One reader and one writer at a time.</summary>
internal abstract class LinkTransport
{
    /// <summary>What the peer sends.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>Where the peer is; null where the transport has no address.</summary>
    public abstract IPAddress? Remote { get; }

    /// <summary>Cancelled when the connection is gone.</summary>
    public abstract CancellationToken Gone { get; }

    /// <summary>What ties the link to its TLS channel; null in the web profile, where the peer sees none of it.</summary>
    public abstract ChannelBindings? Bindings();

    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Says that nothing follows.</summary>
    public abstract Task ShutdownAsync();

    /// <summary>Ends the connection at once.</summary>
    public abstract void Abort(string why);
}

/// <summary>The bound profile: TLS with ALPN <c>lws/1</c>.</summary>
internal sealed class TlsTransport(ConnectionContext connection, SslStream tls) : LinkTransport
{
    public override PipeReader Input => connection.Transport.Input;

    public override IPAddress? Remote => (connection.RemoteEndPoint as IPEndPoint)?.Address;

    public override CancellationToken Gone => connection.ConnectionClosed;

    public override ChannelBindings Bindings() => new(
        TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => tls.WriteAsync(bytes, CancellationToken.None);

    public override Task ShutdownAsync() => tls.ShutdownAsync();

    public override void Abort(string why) => connection.Abort(new ConnectionAbortedException(why));
}
