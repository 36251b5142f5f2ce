namespace Rivet.Lws;

/// <summary>The constants of LWS version 1 (docs/protocol/lws.md). Changing one is another version.</summary>
public static class LwsConstants
{
    /// <summary>The version this code speaks.</summary>
    public const uint Version = 1;

    /// <summary>The ALPN protocol name (RFC 7301).</summary>
    public const string Alpn = "lws/1";

    /// <summary>Bytes of a frame before its body: length, type, flags, method, stream.</summary>
    public const int HeaderSize = 12;

    /// <summary>The largest whole frame before sign-in, in bytes.</summary>
    public const int MaxHandshakeFrame = 4 * 1024;

    /// <summary>The largest whole frame after sign-in, in bytes.</summary>
    public const int MaxFrame = 1024 * 1024;

    /// <summary>How many requests a client may have under way on one connection.</summary>
    public const int MaxRequests = 256;

    /// <summary>Bytes of the random nonces in <c>Hello</c> and <c>ServerOffer</c>.</summary>
    public const int NonceSize = 32;

    /// <summary>Methods from here on are pushes.</summary>
    public const int FirstPush = 0x8000;

    /// <summary>The largest payload of <c>ECHO</c>, in bytes.</summary>
    public const int MaxEcho = 16 * 1024;

    /// <summary>Bytes of a <c>tls-exporter</c> value (RFC 9266 §4.2).</summary>
    public const int ExporterSize = 32;

    /// <summary>The label of the TLS exporter (RFC 9266 §4.2).</summary>
    public static ReadOnlySpan<byte> ExporterLabel => "EXPORTER-Channel-Binding"u8;

    internal const int MaxVersions = 16;
    internal const int MaxFeatures = 32;
    internal const int MaxFeatureLength = 64;
}
