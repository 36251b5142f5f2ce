using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Cryptography.Sodium.Tls;

/// <summary>
/// What the runtime's TLS does not tell of a connection: the negotiated group and the exporter, read from the TLS library
/// (OpenSSL 3) on the connection's own handle. Where that is impossible every question answers null.
/// </summary>
/// <remarks>
/// It rests on an internal field of <see cref="SslStream"/>. A server proves at start that reading works (its self-test);
/// a client falls back to what the public interface gives.
/// </remarks>
public static class TlsChannel
{
    private static readonly FieldInfo? HandleField
        = typeof(SslStream).GetField("_securityContext", BindingFlags.NonPublic | BindingFlags.Instance);

    /// <summary>
    /// The negotiated group: its OpenSSL number, or 0x1000000 ‖ the TLS code point for a group without one.
    /// Null where the library cannot be asked.
    /// </summary>
    public static int? Group(SslStream stream)
        => Ask(stream, static handle => OpenSsl.SSL_ctrl(handle, OpenSsl.GetNegotiatedGroup, 0, 0) is var group && group > 0 ? (int)group : (int?)null);

    /// <summary>Whether the group is one that LWS and Rivet's HTTPS take: X25519, or X25519 with ML-KEM-768.</summary>
    public static bool IsAllowed(int group) => group is TlsGroups.X25519 or TlsGroups.X25519MlKem768;

    /// <summary>Exports key material with an empty context (RFC 8446 §7.5); null where the library cannot be asked.</summary>
    public static byte[]? Export(SslStream stream, ReadOnlySpan<byte> label, int size)
    {
        var exported = new byte[size];
        var name = label.ToArray();
        return Ask(stream, handle => OpenSsl.SSL_export_keying_material(handle, exported, (nuint)size, name, (nuint)name.Length, 0, 0, 1) == 1
            ? exported
            : null);
    }

    /// <summary>
    /// The hash of the server's certificate (RFC 5929 §4.1), by public interfaces; null when there is none. SHA-384 or
    /// SHA-512 where ECDSA or RSA (PKCS #1) signed the certificate with it, else SHA-256.
    /// </summary>
    public static byte[]? EndPoint(SslStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var certificate = stream.IsServer ? stream.LocalCertificate : stream.RemoteCertificate;
        return certificate is not X509Certificate2 known ? null : known.SignatureAlgorithm.Value switch
        {
            "1.2.840.10045.4.3.3" or "1.2.840.113549.1.1.12" => SHA384.HashData(known.RawDataMemory.Span),
            "1.2.840.10045.4.3.4" or "1.2.840.113549.1.1.13" => SHA512.HashData(known.RawDataMemory.Span),
            _ => SHA256.HashData(known.RawDataMemory.Span),
        };
    }

    [SuppressMessage("Reliability", "CA2001", Justification = "The handle is referenced for the length of the call.")]
    private static T? Ask<T>(SslStream stream, Func<nint, T?> question)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!OpenSsl.IsPresent || HandleField?.GetValue(stream) is not SafeHandle handle || handle.GetType().Name != "SafeSslHandle")
        {
            return default;
        }

        var referenced = false;
        try
        {
            handle.DangerousAddRef(ref referenced);
            return question(handle.DangerousGetHandle());
        }
        catch (ObjectDisposedException)
        {
            return default;
        }
        finally
        {
            if (referenced)
            {
                handle.DangerousRelease();
            }
        }
    }
}

/// <summary>Groups as OpenSSL numbers them.</summary>
public static class TlsGroups
{
    /// <summary>X25519 (RFC 7748).</summary>
    public const int X25519 = 1034;

    /// <summary>X25519MLKEM768, code point 0x11ec, which has no number of OpenSSL's own.</summary>
    public const int X25519MlKem768 = 0x1000000 | 0x11ec;

    /// <summary>secp256r1.</summary>
    public const int P256 = 415;
}
