using System.Text.Json;
using System.Text.RegularExpressions;
using Rivet.Cryptography.Pkcs11;

namespace Rivet.KeyServer;

/// <summary>What a key server is told once.</summary>
internal sealed record KeyServerSettings
{
    /// <summary>What stands before <c>/kms/xks/v1</c>; empty, or beginning with a slash.</summary>
    public required string Prefix { get; init; }

    /// <summary>The region that signatures must name.</summary>
    public required string Region { get; init; }

    /// <summary>The module's PKCS#11 library.</summary>
    public required string Library { get; init; }

    /// <summary>The label of its token.</summary>
    public required string Token { get; init; }

    /// <summary>The file of the token's PIN; null for the environment variable <c>RIVET_KEYSERVER_PIN</c>.</summary>
    public string? PinFile { get; init; }

    /// <summary>The name it is called by; null in a folder of an earlier version.</summary>
    public string? Host { get; init; }
}

/// <summary>A key server's own folder: settings, names and states of its keys, its certificate, and the log of uses. Only its owner may read it.</summary>
internal sealed partial class KeyServerFolder : IDisposable
{
    public const string PinVariable = "RIVET_KEYSERVER_PIN";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string SettingsFile = "keyserver.json";
    private const string BookName = "keyserver.db";
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly string path;
    private readonly BookFile book;

    private KeyServerFolder(string path, KeyServerSettings settings, TimeProvider time)
    {
        (this.path, Settings) = (path, settings);
        book = new BookFile(Path.Combine(path, BookName), time);
        (Book, People, MessageKeys) = (new KeyBook(book), new PeopleBook(book), new MessageKeyBook(book));
    }

    public KeyServerSettings Settings { get; }

    public KeyBook Book { get; }

    /// <summary>Whose devices are given message keys.</summary>
    public PeopleBook People { get; }

    /// <summary>The message keys, wrapped.</summary>
    public MessageKeyBook MessageKeys { get; }

    /// <summary>In PEM, what Rivet pins; made at <c>init</c>.</summary>
    public string Certificate => Path.Combine(path, "keyserver.crt");

    public string CertificateKey => Path.Combine(path, "keyserver.key");

    public string UseLog => Path.Combine(path, "uses.log");

    /// <summary>The path that requests begin with.</summary>
    public string UriPath => $"{Settings.Prefix}/kms/xks/v1";

    /// <exception cref="KeyServerException">There is a key server already, or a setting is none.</exception>
    public static KeyServerFolder Create(string path, KeyServerSettings settings, TimeProvider time)
    {
        if (File.Exists(Path.Combine(path, SettingsFile)))
        {
            throw new KeyServerException(Words.Of("folder.taken", path));
        }

        if (!PrefixForm().IsMatch(settings.Prefix) || !RegionForm().IsMatch(settings.Region))
        {
            throw new KeyServerException(Words.Of("settings.wrong"));
        }

        Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
        File.SetUnixFileMode(path, Owner | UnixFileMode.UserExecute);
        Write(Path.Combine(path, BookName), "");
        Write(Path.Combine(path, SettingsFile), JsonSerializer.Serialize(settings, Form));
        return new KeyServerFolder(path, settings, time);
    }

    /// <exception cref="KeyServerException">There is none, or others may read it.</exception>
    public static KeyServerFolder Open(string path, TimeProvider time)
    {
        var file = Path.Combine(path, SettingsFile);
        if (!File.Exists(file))
        {
            throw new KeyServerException(Words.Of("folder.missing", path));
        }

        if ((File.GetUnixFileMode(Path.Combine(path, BookName)) & ~Owner) != 0)
        {
            throw new KeyServerException(Words.Of("folder.open", path));
        }

        try
        {
            return new KeyServerFolder(path, JsonSerializer.Deserialize<KeyServerSettings>(File.ReadAllText(file), Form) ?? throw new JsonException(), time);
        }
        catch (JsonException)
        {
            throw new KeyServerException(Words.Of("folder.damaged", file));
        }
    }

    /// <summary>Opens nothing yet; the caller disposes of it.</summary>
    public KeyModule Module(TimeProvider time) => new(
        new KeyModuleSettings
        {
            Library = Settings.Library,
            Token = Settings.Token,
            Pin = Settings.PinFile is { } file ? TokenPin.FromFile(file) : TokenPin.FromEnvironment(PinVariable),
        },
        time);

    /// <summary>A file of its owner only, which was not there before; on disk when the call returns.</summary>
    public static void Write(string file, string text)
    {
        using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner });
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    public void Dispose() => book.Dispose();

    [GeneratedRegex(@"\A(?=.{0,116}\z)(/[A-Za-z0-9_-]+)*\z")]
    private static partial Regex PrefixForm();

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\z")]
    private static partial Regex RegionForm();
}

/// <summary>The key server cannot do what was asked; the message is for its operator.</summary>
internal sealed class KeyServerException(string message) : Exception(message);
