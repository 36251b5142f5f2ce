using System.Buffers;
using System.Buffers.Binary;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Records;

namespace Rivet.Lws.Tests.Records;

/// <summary>One direction of a link: what is sealed at one end and opened at the other, with the wire between them to tamper with.</summary>
internal sealed class Line : IDisposable
{
    private static readonly LinkAeads Aeads = new();

    public Line(AeadSuite suite, byte fill = 0x5a)
    {
        byte[] key = [.. Enumerable.Repeat(fill, AeadSizes.Key)];
        Sealer = new RecordSealer(Aeads, suite, Aeads.Create(suite, key));
        Opener = new RecordOpener(Aeads, suite, Aeads.Create(suite, key));
    }

    public RecordSealer Sealer { get; }

    public RecordOpener Opener { get; }

    public async Task<byte[]> SealAsync(byte[] frames)
    {
        var buffer = new byte[RecordSealer.SizeOf(frames.Length)];
        frames.CopyTo(buffer, RecordLimits.HeaderSize);
        return (await Sealer.SealAsync(buffer, frames.Length)).ToArray();
    }

    /// <summary>The plaintext with its padding; null when the record was refused.</summary>
    public async Task<byte[]?> OpenAsync(byte[] record, int pieces = int.MaxValue)
    {
        var received = pieces == int.MaxValue ? new ReadOnlySequence<byte>(record) : Frames.Pieces.Of(record, pieces);
        Assert.Equal(RecordStatus.Complete, RecordOpener.Find(received, out var plaintext));
        var buffer = new byte[plaintext + AeadSizes.Tag];
        return await Opener.OpenAsync(received, plaintext, buffer) ? buffer[..plaintext] : null;
    }

    /// <summary>A whole ping frame.</summary>
    public static byte[] Ping(uint stream)
    {
        var frame = new byte[] { 0, 0, 0, 8, 9, 0, 0, 0, 0, 0, 0, 0 };
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), stream);
        return frame;
    }

    public void Dispose()
    {
        Sealer.Dispose();
        Opener.Dispose();
    }
}
