using System.Runtime.InteropServices;

namespace Rivet.Hosting.Link.Tls;

/// <summary>
/// A TLS client of the self-test, in memory and with one chosen group, seen by the server as a stream: what the server
/// writes goes into the client, what it reads is what the client says to that.
/// </summary>
internal sealed partial class OpenSslClient : Stream
{
    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";
    private const int SetGroupsList = 92; // SSL_CTRL_SET_GROUPS_LIST

    private readonly nint context;
    private readonly nint connection;
    private readonly nint fromServer;
    private readonly nint toServer;
    private bool disposed;

    public OpenSslClient(string group)
    {
        context = Made(SSL_CTX_new(TLS_client_method()));
        connection = Made(SSL_new(context));
        var name = Marshal.StringToCoTaskMemUTF8(group);
        var known = SSL_ctrl(connection, SetGroupsList, 0, name);
        Marshal.FreeCoTaskMem(name);
        if (known != 1)
        {
            throw new PlatformNotSupportedException($"The TLS library does not know the group {group}.");
        }

        fromServer = Made(BIO_new(BIO_s_mem()));
        toServer = Made(BIO_new(BIO_s_mem()));
        SSL_set_bio(connection, fromServer, toServer);
        SSL_set_connect_state(connection);
    }

    public static bool IsPresent { get; } = NativeLibrary.TryLoad(Ssl, out _) && NativeLibrary.TryLoad(Crypto, out _);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The client's own export.</summary>
    public byte[] Export(ReadOnlySpan<byte> label, int size)
    {
        var output = new byte[size];
        return SSL_export_keying_material(connection, output, (nuint)size, label.ToArray(), (nuint)label.Length, 0, 0, 1) == 1
            ? output
            : throw new PlatformNotSupportedException("The TLS library does not export.");
    }

    public override int Read(Span<byte> buffer)
    {
        _ = SSL_do_handshake(connection);
        return buffer.IsEmpty ? 0 : Math.Max(0, BIO_read(toServer, ref MemoryMarshal.GetReference(buffer), buffer.Length));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
        => _ = buffer.IsEmpty ? 0 : BIO_write(fromServer, in MemoryMarshal.GetReference(buffer), buffer.Length);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!disposed)
        {
            disposed = true;
            SSL_free(connection); // and the two BIOs it owns
            SSL_CTX_free(context);
        }

        base.Dispose(disposing);
    }

    private static nint Made(nint pointer)
        => pointer != 0 ? pointer : throw new PlatformNotSupportedException("The TLS library cannot be used.");

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint TLS_client_method();

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SSL_new(nint context);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void SSL_free(nint connection);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SSL_ctrl(nint connection, int command, nint number, nint pointer);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void SSL_set_bio(nint connection, nint read, nint write);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void SSL_set_connect_state(nint connection);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SSL_do_handshake(nint connection);

    [LibraryImport(Ssl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SSL_export_keying_material(
        nint connection, byte[] output, nuint size, byte[] label, nuint labelSize, nint context, nuint contextSize, int useContext);

    [LibraryImport(Crypto)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint BIO_new(nint method);

    [LibraryImport(Crypto)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int BIO_read(nint bio, ref byte buffer, int length);

    [LibraryImport(Crypto)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int BIO_write(nint bio, in byte buffer, int length);
}
