namespace Rivet.Client.Native.Tls;

/// <summary>
/// A stream that remembers the first bytes it read, which tell a TLS peer from any other, and the alert by which it refused:
/// before the handshake's end alerts are in the clear (RFC 8446 §5.1, §6).
/// </summary>
internal sealed class FirstRecord(Stream inner) : Stream
{
    private const int AlertSize = 7; // type, version, length; level, description
    private const byte AlertType = 21;
    private const byte HandshakeType = 22;

    private readonly byte[] head = new byte[AlertSize];
    private int count;

    public bool IsTls => count >= 2 && head[0] is AlertType or HandshakeType && head[1] == 3;

    public byte? Alert => count == AlertSize && IsTls && head[0] == AlertType ? head[^1] : null;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Remember(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Remember(buffer.AsSpan(offset, read));
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Remember(ReadOnlySpan<byte> read)
    {
        var wanted = Math.Min(read.Length, AlertSize - count);
        read[..wanted].CopyTo(head.AsSpan(count));
        count += wanted;
    }
}
