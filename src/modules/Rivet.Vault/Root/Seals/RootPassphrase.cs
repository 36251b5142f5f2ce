using System.Security.Cryptography;

namespace Rivet.Vault;

/// <summary>Where the root's passphrase comes from: a named file, a credential of the service manager, or somebody at a terminal, in this order.</summary>
internal static class RootPassphrase
{
    /// <summary>A passphrase for a new seal has as many bytes at least.</summary>
    public const int LeastBytes = 12;

    private const int MostBytes = 1024;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The caller zeroes it.</summary>
    /// <exception cref="RootKeyException">There is none, or others can read it.</exception>
    public static byte[] Read(string rootFile, RootSealOptions options)
    {
        if (options.PassphraseFile is { } named)
        {
            return FirstLine(named, isPrivate: false);
        }

        // The service manager's folder is the process's own; what its mode says depends on how access was given.
        if (options.Credential is { } credential)
        {
            return FirstLine(credential, isPrivate: true);
        }

        return options.Ask?.Invoke(rootFile) is { Length: > 0 } answer
            ? answer
            : throw new RootKeyException(
                $"The root key file {rootFile} is sealed by a passphrase, and none was given. Name the passphrase's file with --root-passphrase-file (RIVET_ROOT_PASSPHRASE_FILE), "
                + $"give the service the credential {RootSealOptions.CredentialName}, or start on a terminal and type it.");
    }

    /// <exception cref="RootKeyException">It is too short for a new seal.</exception>
    public static void RequireLength(ReadOnlySpan<byte> passphrase)
    {
        if (passphrase.Length < LeastBytes)
        {
            throw new RootKeyException($"A passphrase that seals the root key has at least {LeastBytes} characters; whoever copies the file may try as many as they like. Six random words are good. Nothing was changed.");
        }
    }

    private static byte[] FirstLine(string path, bool isPrivate)
    {
        try
        {
            using var file = File.OpenHandle(path);
            if (!isPrivate && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
            {
                throw new RootKeyException($"The passphrase file {path} can be read or changed by others. Check who had access, then: chmod 600 {path}");
            }

            // Files that are pipes have no length.
            var bytes = new byte[MostBytes + 2];
            using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var end = bytes.AsSpan(0, read).IndexOfAny((byte)'\r', (byte)'\n');
            var length = end < 0 ? read : end;
            var passphrase = bytes[..length];
            CryptographicOperations.ZeroMemory(bytes);
            return length is > 0 and <= MostBytes
                ? passphrase
                : throw new RootKeyException($"{path} holds no passphrase: its first line must have 1 to {MostBytes} bytes.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The passphrase file {path} cannot be read: {exception.Message}", exception);
        }
    }
}
