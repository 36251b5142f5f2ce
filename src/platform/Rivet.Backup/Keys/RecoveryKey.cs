using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Rivet.Cryptography.Sodium;
using KeySizes = Rivet.Cryptography.KeySizes;

namespace Rivet.Backup;

/// <summary>
/// What opens a backup: the private key that everything is sealed to, and the server's public key that every run is signed with. It is made
/// once, written to a file and taken off the machine; the server keeps the public half.
/// </summary>
/// <remarks>The text is <c>rivet-recovery-1-</c> and, in base64url, repository (16) · seed (32) · signer (32) · the first 4 bytes of the SHA-256 of these.</remarks>
public sealed class RecoveryKey : IDisposable
{
    private const string Prefix = "rivet-recovery-1-";
    private const int Size = 16 + XWingKey.SeedSize + KeySizes.IdentityKey;
    private const int CheckSize = 4;

    private RecoveryKey(Guid repository, XWingKey key, byte[] signer)
    {
        Repository = repository;
        Key = key;
        Signer = signer;
    }

    internal Guid Repository { get; }

    internal XWingKey Key { get; }

    internal byte[] Signer { get; }

    /// <summary>Reads a key from its file.</summary>
    /// <exception cref="BackupException">There is no such file, or it holds no key.</exception>
    public static RecoveryKey Read(string path)
    {
        var bytes = Export(path);
        var key = new RecoveryKey(new Guid(bytes.AsSpan(0, 16), bigEndian: true), XWingKey.FromSeed(bytes.AsSpan(16, XWingKey.SeedSize)), bytes[48..Size]);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>All that a key's file holds, 80 bytes, to be split into shares; the caller zeroes them.</summary>
    /// <exception cref="BackupException">There is no such file, or it holds no key.</exception>
    public static byte[] Export(string path)
    {
        var text = Encoding.UTF8.GetString(PrivateFiles.ReadAll(path));
        var line = text.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.StartsWith(Prefix, StringComparison.Ordinal));
        var bytes = new byte[Size + CheckSize];
        if (line is null || !Base64Url.TryDecodeFromChars(line.AsSpan(Prefix.Length), bytes, out var written) || written != bytes.Length
            || !SHA256.HashData(bytes.AsSpan(0, Size)).AsSpan(0, CheckSize).SequenceEqual(bytes.AsSpan(Size)))
        {
            throw new BackupException(BackupFault.NoRecoveryKey, path);
        }

        var key = bytes[..Size];
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>Writes a key's file anew, mode 0600, of what was exported.</summary>
    /// <exception cref="BackupException">There is a file already, it cannot be written, or the bytes are no key.</exception>
    public static void Import(ReadOnlySpan<byte> key, string path)
    {
        if (key.Length != Size)
        {
            throw new BackupException(BackupFault.NoRecoveryKey, path);
        }

        Write(key, path);
    }

    /// <summary>Zeroes the private key.</summary>
    public void Dispose() => Key.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";

    internal static RecoveryKey Create(Guid repository, ReadOnlySpan<byte> signer) => new(repository, XWingKey.Create(), signer.ToArray());

    /// <summary>Writes a new file, mode 0600.</summary>
    internal void Write(string path)
    {
        var seed = Key.ExportSeed();
        byte[] bytes = [.. Repository.ToByteArray(bigEndian: true), .. seed, .. Signer];
        Write(bytes, path);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(bytes);
    }

    private static void Write(ReadOnlySpan<byte> key, string path)
    {
        byte[] whole = [.. key, .. SHA256.HashData(key).AsSpan(0, CheckSize)];
        using var file = PrivateFiles.Create(path, FileMode.CreateNew);
        PrivateFiles.Guard(path, () =>
        {
            file.Write(Encoding.UTF8.GetBytes($"# {BackupException.Say("RecoveryFile")}\n{Prefix}{Base64Url.EncodeToString(whole)}\n"));
            file.Flush(flushToDisk: true);
        });
        CryptographicOperations.ZeroMemory(whole);
    }
}
