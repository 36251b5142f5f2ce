using System.Security.Cryptography;
using System.Text;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>Where a token's PIN is found: a file of its owner only, or an environment variable. The PIN is read when it is needed and not kept.</summary>
public sealed class TokenPin
{
    private const int MaxBytes = 1024;
    private const UnixFileMode Others
        = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string? file;
    private readonly string? variable;

    private TokenPin(string? file, string? variable) => (this.file, this.variable) = (file, variable);

    /// <summary>The PIN is the first line of a file that only its owner can read.</summary>
    public static TokenPin FromFile(string path) => new(path, null);

    /// <summary>The PIN is the value of an environment variable.</summary>
    public static TokenPin FromEnvironment(string name) => new(null, name);

    /// <summary>Where the PIN is found; never the PIN.</summary>
    public string Place => file ?? $"the environment variable {variable}";

    /// <summary>Never the PIN.</summary>
    public override string ToString() => "[redacted]";

    /// <summary>Reads the PIN, in UTF-8; the caller zeroes it.</summary>
    /// <exception cref="ModuleException">There is none, or others can read it.</exception>
    internal byte[] Read()
    {
        var bytes = file is null ? Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(variable!) ?? "") : ReadFile(file);
        var end = bytes.AsSpan().IndexOfAny((byte)'\r', (byte)'\n');
        var pin = end < 0 ? bytes : bytes[..end];
        if (end >= 0)
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        return pin.Length > 0 ? pin : throw new ModuleException(ModuleFault.PinMissing, $"{Place} holds no PIN. Write the token's user PIN there.");
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & Others) != 0)
            {
                throw new ModuleException(ModuleFault.PinMissing, $"The PIN file {path} can be read or changed by others. Check who had access, then: chmod 600 {path}");
            }

            var bytes = new byte[(int)Math.Min(RandomAccess.GetLength(handle), MaxBytes)];
            return RandomAccess.Read(handle, bytes, 0) == bytes.Length ? bytes : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModuleException(ModuleFault.PinMissing, $"The PIN file {path} cannot be read: {exception.Message}");
        }
    }
}
