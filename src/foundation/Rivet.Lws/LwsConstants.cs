namespace Rivet.Lws;

/// <summary>The constants of LWS (docs/protocol/lws.md). Changing one is another version.</summary>
public static class LwsConstants
{
    /// <summary>The version this code speaks.</summary>
    public const uint Version = 2;

    /// <summary>The ALPN protocol name (RFC 7301).</summary>
    public const string Alpn = "lws/1";

    /// <summary>The WebSocket subprotocol of the web profile.</summary>
    public const string WebSocketProtocol = "lws.1";

    /// <summary>Where the web profile answers.</summary>
    public const string WebSocketPath = "/lws";

    /// <summary>Bytes of a frame before its body: length, type, flags, method, stream.</summary>
    public const int HeaderSize = 12;

    /// <summary>The largest whole frame in clear, in bytes.</summary>
    public const int MaxHandshakeFrame = 4 * 1024;

    /// <summary>The largest whole frame in a record, in bytes.</summary>
    public const int MaxFrame = 1024 * 1024;

    /// <summary>The largest body of a data frame, in bytes.</summary>
    public const int MaxData = 64 * 1024;

    /// <summary>How many requests a client may have under way on one connection.</summary>
    public const int MaxRequests = 256;

    /// <summary>How many of them may be streams.</summary>
    public const int MaxStreams = 16;

    /// <summary>Bytes of data that may be sent on a stream before credit is granted.</summary>
    public const int StreamCredit = 256 * 1024;

    /// <summary>Bytes of data that may be sent on all streams of a connection before credit is granted.</summary>
    public const int ConnectionCredit = 1024 * 1024;

    /// <summary>The most credit there may be at once, in bytes.</summary>
    public const int MaxCredit = 1 << 24;

    /// <summary>Methods from here on are pushes.</summary>
    public const int FirstPush = 0x8000;

    /// <summary>The largest payload of <c>ECHO</c>, in bytes.</summary>
    public const int MaxEcho = 16 * 1024;

    /// <summary>Bytes of a <c>tls-exporter</c> value (RFC 9266 §4.2).</summary>
    public const int ExporterSize = 32;

    /// <summary>Bytes of a ticket's id.</summary>
    public const int TicketIdSize = 16;

    /// <summary>Bytes of a ticket's secret.</summary>
    public const int TicketSecretSize = 32;

    /// <summary>The label of the TLS exporter (RFC 9266 §4.2).</summary>
    public static ReadOnlySpan<byte> ExporterLabel => "EXPORTER-Channel-Binding"u8;

    /// <summary>The longest a ticket lives.</summary>
    public static TimeSpan TicketLifetime => TimeSpan.FromHours(24);

    internal const int MaxVersions = 16;
    internal const int MaxFeatures = 32;
    internal const int MaxFeatureLength = 64;
}
