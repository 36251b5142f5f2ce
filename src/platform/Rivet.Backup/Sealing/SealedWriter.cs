using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Backup;

/// <summary>
/// Writes one sealed file as a stream, in bounded memory. It has its name only once it is whole and on the disk; before that, and after a
/// failure, there is at most a file ending in <c>.partial</c>.
/// </summary>
internal sealed class SealedWriter : IDisposable
{
    public const string Unfinished = ".partial";
    private const int ChunksTogether = 16;

    /// <summary>What is unwritten stays small, so that nobody else's synchronisation waits for a large rest.</summary>
    private const long SyncEvery = 2 << 20;

    private readonly string path;
    private readonly FileStream file;
    private readonly AesGcm cipher;
    private readonly byte[] fileId = RandomNumberGenerator.GetBytes(SealedFormat.IdSize);
    private readonly byte[] chunk = new byte[SealedFormat.ChunkSize];
    private readonly byte[] output = new byte[SealedFormat.SealedChunkSize * ChunksTogether];
    private int held;
    private int ready;
    private long number;
    private long unsynced;
    private bool isFinished;

    public SealedWriter(string path, SealedKind kind, ReadOnlySpan<byte> recipient)
    {
        this.path = path;
        var made = XWingKey.TryEncapsulate(recipient) ?? throw new CryptographicException("No file can be sealed to this key.");
        byte[] head =
        [
            .. SealedFormat.Magic, (byte)kind, .. SealedFormat.NameOf(recipient), .. fileId, .. made.Ciphertext, .. new byte[SealedFormat.MacSize],
        ];
        var keys = SealedFormat.Derive(made.SharedSecret, head);
        HMACSHA256.HashData(keys.AsSpan(0, 32), head.AsSpan(0, SealedFormat.MacAt), head.AsSpan(SealedFormat.MacAt));
        cipher = new AesGcm(keys.AsSpan(32), SealedFormat.TagSize);
        CryptographicOperations.ZeroMemory(keys);
        CryptographicOperations.ZeroMemory(made.SharedSecret);
        file = PrivateFiles.Create(path + Unfinished, FileMode.Create);
        PrivateFiles.Guard(path, () => file.Write(head));
    }

    /// <summary>Bytes taken so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes of the whole file; known once it is finished.</summary>
    public long FileLength { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Position += bytes.Length;
        while (!bytes.IsEmpty)
        {
            // A full chunk waits for what follows it: only then it is known not to be the last.
            if (held == chunk.Length)
            {
                Seal(isLast: false);
            }

            var part = bytes[..Math.Min(bytes.Length, chunk.Length - held)];
            part.CopyTo(chunk.AsSpan(held));
            held += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Seals the rest, synchronises the file and gives it its name.</summary>
    /// <exception cref="BackupException">The disk is full or cannot be written to.</exception>
    public void Finish()
    {
        Seal(isLast: true);
        Flush();
        PrivateFiles.Guard(path, () =>
        {
            file.Flush(flushToDisk: true);
            FileLength = file.Length;
            file.Dispose();
            File.Move(path + Unfinished, path, overwrite: true);
            PrivateFiles.SyncFolderOf(path);
        });
        isFinished = true;
    }

    public void Dispose()
    {
        cipher.Dispose();
        CryptographicOperations.ZeroMemory(chunk);
        if (!isFinished)
        {
            file.Dispose();
            File.Delete(path + Unfinished);
        }
    }

    private void Seal(bool isLast)
    {
        if (ready + SealedFormat.SealedChunkSize > output.Length)
        {
            Flush();
        }

        Span<byte> nonce = stackalloc byte[12], binding = stackalloc byte[SealedFormat.BindingSize];
        SealedFormat.Place(fileId, number++, isLast, nonce, binding);
        cipher.Encrypt(nonce, chunk.AsSpan(0, held), output.AsSpan(ready, held), output.AsSpan(ready + held, SealedFormat.TagSize), binding);
        ready += held + SealedFormat.TagSize;
        held = 0;
    }

    private void Flush()
    {
        PrivateFiles.Guard(path, () =>
        {
            file.Write(output.AsSpan(0, ready));
            unsynced += ready;
            if (unsynced >= SyncEvery)
            {
                file.Flush(flushToDisk: true);
                unsynced = 0;
            }
        });
        ready = 0;
    }
}
