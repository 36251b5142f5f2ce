namespace Rivet.Lws.Handshake;

/// <summary>A value that only the two ends of one TLS connection share.</summary>
/// <param name="Kind">One of <see cref="ChannelBindings"/>' names.</param>
/// <param name="Value">The value; for <c>tls-exporter</c> a secret of the connection.</param>
public sealed record ChannelBinding(string Kind, ReadOnlyMemory<byte> Value)
{
    /// <summary>Never the value.</summary>
    public override string ToString() => Kind;
}

/// <summary>The bindings one end can compute for its TLS connection; an end without any cannot speak LWS.</summary>
public sealed class ChannelBindings
{
    /// <summary>RFC 9266: 32 bytes exported from the TLS 1.3 connection.</summary>
    public const string Exporter = "tls-exporter";

    /// <summary>RFC 5929 §4: the hash of the server's certificate. Weaker: it binds the certificate, not the connection.</summary>
    public const string EndPoint = "tls-server-end-point";

    private readonly byte[]? exporter;
    private readonly byte[]? endPoint;

    /// <summary>Takes what the TLS library could give.</summary>
    /// <param name="exporter">32 exported bytes, or null.</param>
    /// <param name="endPoint">The certificate's hash, or null.</param>
    public ChannelBindings(byte[]? exporter, byte[]? endPoint)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(exporter?.Length ?? LwsConstants.ExporterSize, LwsConstants.ExporterSize, nameof(exporter));
        ArgumentOutOfRangeException.ThrowIfZero(endPoint?.Length ?? LwsConstants.ExporterSize, nameof(endPoint));
        this.exporter = exporter;
        this.endPoint = endPoint;
    }

    /// <summary>The features this end offers: <c>tls-exporter</c> where it can export.</summary>
    internal IReadOnlyList<string> Features => exporter is null ? [] : [Exporter];

    /// <summary>The binding that follows from the chosen features; null when this end cannot compute it.</summary>
    internal ChannelBinding? Choose(ICollection<string> chosenFeatures)
        => chosenFeatures.Contains(Exporter)
            ? exporter is null ? null : new ChannelBinding(Exporter, exporter)
            : endPoint is null ? null : new ChannelBinding(EndPoint, endPoint);
}
