using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Backup;

/// <summary>Reads a sealed file at any place. What was changed, cut or put together otherwise is refused, with the place.</summary>
internal sealed class SealedReader : IDisposable
{
    private readonly string path;
    private readonly FileStream file;
    private readonly AesGcm cipher;
    private readonly byte[] fileId;
    private readonly byte[] sealedChunk = new byte[SealedFormat.SealedChunkSize];
    private readonly byte[] chunk = new byte[SealedFormat.ChunkSize];
    private readonly long chunks;
    private long opened = -1;

    private SealedReader(string path, FileStream file, AesGcm cipher, byte[] fileId)
    {
        this.path = path;
        this.file = file;
        this.cipher = cipher;
        this.fileId = fileId;
        var body = file.Length - SealedFormat.HeadSize;
        var rest = body % SealedFormat.SealedChunkSize;
        if (body < SealedFormat.TagSize || rest is > 0 and < SealedFormat.TagSize)
        {
            throw new BackupException(BackupFault.Truncated, path, file.Length);
        }

        chunks = (body + SealedFormat.SealedChunkSize - 1) / SealedFormat.SealedChunkSize;
        Length = body - (chunks * SealedFormat.TagSize);
    }

    /// <summary>Bytes that can be read.</summary>
    public long Length { get; }

    /// <summary>Opens the head and proves the key.</summary>
    /// <exception cref="BackupException">It is missing, of another kind, sealed to another key, cut or changed.</exception>
    public static SealedReader Open(string path, SealedKind kind, XWingKey key)
    {
        var file = PrivateFiles.OpenRead(path);
        try
        {
            var head = new byte[SealedFormat.HeadSize];
            var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (read < head.Length)
            {
                throw new BackupException(BackupFault.Truncated, path, read);
            }

            var at = head.AsSpan().CommonPrefixLength(SealedFormat.Magic);
            if (at < SealedFormat.Magic.Length)
            {
                throw new BackupException(BackupFault.Damaged, path, at);
            }

            if (head[SealedFormat.Magic.Length] != (byte)kind)
            {
                throw new BackupException(BackupFault.Misplaced, path);
            }

            if (!head.AsSpan(16, SealedFormat.IdSize).SequenceEqual(SealedFormat.NameOf(key.PublicKey.Span)))
            {
                throw new BackupException(BackupFault.WrongKey, path);
            }

            return new SealedReader(path, file, Prove(path, key, head), head[32..48]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Fills the span from a place on.</summary>
    /// <exception cref="BackupException">A chunk there was changed or cut off, or the file does not reach so far.</exception>
    public void Read(long from, Span<byte> destination)
    {
        if (from < 0 || from > Length - destination.Length)
        {
            throw new BackupException(BackupFault.Truncated, path, file.Length);
        }

        while (!destination.IsEmpty)
        {
            var size = Open(from / SealedFormat.ChunkSize);
            var within = (int)(from % SealedFormat.ChunkSize);
            var part = chunk.AsSpan(within, Math.Min(size - within, destination.Length));
            part.CopyTo(destination);
            destination = destination[part.Length..];
            from += part.Length;
        }
    }

    /// <summary>All of it.</summary>
    public byte[] ReadAll()
    {
        // A file may be empty, but its one chunk is proven all the same.
        var all = new byte[Length];
        Open(chunks - 1);
        Read(0, all);
        return all;
    }

    public void Dispose()
    {
        cipher.Dispose();
        CryptographicOperations.ZeroMemory(chunk);
        file.Dispose();
    }

    private static AesGcm Prove(string path, XWingKey key, byte[] head)
    {
        var shared = key.TryDecapsulate(head.AsSpan(SealedFormat.BodyAt, XWingKey.CiphertextSize)) ?? throw new BackupException(BackupFault.Damaged, path, SealedFormat.BodyAt);
        var keys = SealedFormat.Derive(shared, head);
        CryptographicOperations.ZeroMemory(shared);
        try
        {
            var mac = HMACSHA256.HashData(keys.AsSpan(0, 32), head.AsSpan(0, SealedFormat.MacAt));
            return CryptographicOperations.FixedTimeEquals(mac, head.AsSpan(SealedFormat.MacAt))
                ? new AesGcm(keys.AsSpan(32), SealedFormat.TagSize)
                : throw new BackupException(BackupFault.Damaged, path, SealedFormat.IdSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    private int Open(long number)
    {
        var isLast = number == chunks - 1;
        var size = isLast ? (int)(Length - (number * SealedFormat.ChunkSize)) : SealedFormat.ChunkSize;
        if (number == opened)
        {
            return size;
        }

        opened = -1;
        var at = SealedFormat.HeadSize + (number * SealedFormat.SealedChunkSize);
        var read = RandomAccess.Read(file.SafeFileHandle, sealedChunk.AsSpan(0, size + SealedFormat.TagSize), at);
        if (read < size + SealedFormat.TagSize)
        {
            throw new BackupException(BackupFault.Truncated, path, at + read);
        }

        if (!TryOpen(number, size, isLast))
        {
            throw TryOpen(number, size, !isLast)
                ? new BackupException(isLast ? BackupFault.Truncated : BackupFault.Longer, path, at + read)
                : new BackupException(BackupFault.Damaged, path, at);
        }

        opened = number;
        return size;
    }

    private bool TryOpen(long number, int size, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[12], binding = stackalloc byte[SealedFormat.BindingSize];
        SealedFormat.Place(fileId, number, isLast, nonce, binding);
        try
        {
            cipher.Decrypt(nonce, sealedChunk.AsSpan(0, size), sealedChunk.AsSpan(size, SealedFormat.TagSize), chunk.AsSpan(0, size), binding);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
