using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Witness;

/// <summary>A witness's own folder: its name, its key, and what it saw. Only its owner may read it.</summary>
internal sealed class WitnessFolder : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string KeyFile = "witness.key";
    private const string NameFile = "witness.pub";
    private const string LogsFile = "witness.db";

    private WitnessFolder(string path, NoteKey publicKey, Ed25519Key key)
        => (PublicKey, Key, Logs) = (publicKey, key, new SeenLogs(Path.Combine(path, LogsFile)));

    /// <summary>What logs and verifiers are told of this witness.</summary>
    public NoteKey PublicKey { get; }

    public Ed25519Key Key { get; }

    public SeenLogs Logs { get; }

    /// <summary>Makes a folder with a new key.</summary>
    /// <exception cref="WitnessException">The name is none, or there is a witness already.</exception>
    public static WitnessFolder Create(string path, string name)
    {
        if (File.Exists(Path.Combine(path, KeyFile)))
        {
            throw new WitnessException(Words.Of("folder.taken", path));
        }

        using var key = Ed25519Key.Create();
        var publicKey = NoteKey.TryParse(Describe(name, key), out var parsed) ? parsed : throw new WitnessException(Words.Of("name.wrong", name));
        Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(path, NameFile), publicKey + "\n");
        using (var file = new FileStream(Path.Combine(path, KeyFile), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner }))
        {
            file.Write(key.ExportSeed());
            file.Flush(flushToDisk: true);
        }

        return Open(path);
    }

    /// <summary>Opens a folder.</summary>
    /// <exception cref="WitnessException">There is none, others may read its key, or key and name do not belong together.</exception>
    public static WitnessFolder Open(string path)
    {
        var keyFile = Path.Combine(path, KeyFile);
        if (!File.Exists(keyFile))
        {
            throw new WitnessException(Words.Of("folder.missing", path));
        }

        if ((File.GetUnixFileMode(keyFile) & ~Owner) != 0)
        {
            throw new WitnessException(Words.Of("key.open", keyFile));
        }

        var seed = File.ReadAllBytes(keyFile);
        if (seed.Length != Ed25519Key.SeedSize || !NoteKey.TryParse(File.ReadAllText(Path.Combine(path, NameFile)).Trim(), out var publicKey))
        {
            throw new WitnessException(Words.Of("folder.damaged", path));
        }

        var key = Ed25519Key.FromSeed(seed);
        return publicKey.PublicKey.Span.SequenceEqual(key.PublicKey.Span) && publicKey.Kind is NoteKeyKind.Cosignature
            ? new WitnessFolder(path, publicKey, key)
            : throw new WitnessException(Words.Of("folder.damaged", path));
    }

    public void Dispose() => Key.Dispose();

    private static string Describe(string name, Ed25519Key key)
    {
        try
        {
            return NoteKey.Of(name, NoteKeyKind.Cosignature, key.PublicKey).ToString();
        }
        catch (ArgumentException)
        {
            return "";
        }
    }
}

/// <summary>The witness cannot do what was asked; the message is for its operator.</summary>
internal sealed class WitnessException(string message) : Exception(message);
