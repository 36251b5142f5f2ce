using System.Buffers.Binary;

namespace Rivet.Certificates.Tests.Fakes;

/// <summary>Cuts the first TLS record of a connection into several, as RFC 8446 §5.1 allows.</summary>
internal static class Fragments
{
    private const int Head = 5;

    public static byte[] Cut(byte[] record, int records)
    {
        var content = record.AsSpan(Head);
        using var cut = new MemoryStream();
        for (var index = 0; index < records; index++)
        {
            var part = content[(content.Length * index / records)..(content.Length * (index + 1) / records)];
            Span<byte> head = [record[0], record[1], record[2], 0, 0];
            BinaryPrimitives.WriteUInt16BigEndian(head[3..], (ushort)part.Length);
            cut.Write(head);
            cut.Write(part);
        }

        return cut.ToArray();
    }
}

/// <summary>A client's stream whose first record goes out as several, each by itself.</summary>
internal sealed class Fragmenting(Stream inner, int records) : Stream
{
    private bool cut;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cut)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }

        cut = true;
        var fragments = Fragments.Cut(buffer.ToArray(), records);
        foreach (var piece in fragments.Chunk(Math.Max(1, fragments.Length / (records + 1))))
        {
            await inner.WriteAsync(piece, cancellationToken);
            await Task.Yield();
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
