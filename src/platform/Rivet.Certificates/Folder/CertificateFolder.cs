using System.Text.Json;
using System.Text.Json.Serialization;
using Rivet.Certificates.Checking;
using Rivet.Kernel;

namespace Rivet.Certificates.Folder;

/// <summary>
/// Everything that outlives the process, one file a thing. Commands write <c>settings</c>, <c>wish</c> and
/// <c>imported</c>; the server writes the rest: nobody overwrites what the other wrote.
/// </summary>
internal sealed class CertificateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public CertificateFolder(string path)
    {
        Path = path;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    public string Path { get; }

    public Settings Settings
    {
        get => Read<Settings>("settings.json") ?? new Settings();
        set => Write("settings.json", value);
    }

    public Wish? Wish
    {
        get => Read<Wish>("wish.json");
        set => Write("wish.json", value);
    }

    public Report Report
    {
        get => Read<Report>("report.json") ?? new Report();
        set => Write("report.json", value);
    }

    public RenewalState Renewal
    {
        get => Read<RenewalState>("renewal.json") ?? new RenewalState();
        set => Write("renewal.json", value);
    }

    public AccountState? Account
    {
        get => Read<AccountState>("account.json");
        set => Write("account.json", value);
    }

    public OrderState? Order
    {
        get => Read<OrderState>("order.json");
        set => Write("order.json", value);
    }

    /// <summary>The public names of the server at its newest start; empty before the first.</summary>
    public IReadOnlyList<string> Hosts
    {
        get => Read<string[]>("hosts.json") ?? [];
        set => Write("hosts.json", value);
    }

    /// <summary>What the server serves, for whoever asks beside it.</summary>
    public CertificateFacts? Served
    {
        get => Read<CertificateFacts>("served.json");
        set => Write("served.json", value);
    }

    /// <summary>The kept certificate of a source, read and proven anew; null where there is none.</summary>
    public Result<CertificateBundle, CertificateRefusal>? Bundle(CertificateSourceKind source)
        => PrivateFile.Read(BundlePath(source)) is { } text
            ? BundleFile.Read(System.Text.Encoding.UTF8.GetBytes(text), default, null)
            : (Result<CertificateBundle, CertificateRefusal>?)null;

    public void Keep(CertificateSourceKind source, CertificateBundle bundle) => PrivateFile.Write(BundlePath(source), bundle.ToPem());

    /// <summary>Changes whenever a file that decides what is served was replaced.</summary>
    public string Stamp()
        => string.Join(' ', new[] { "settings.json", "imported.pem", "issued.pem" }.Select(name => new FileInfo(File(name)))
            .Select(file => file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "-"));

    /// <summary>What a killed process began to write and never put in place.</summary>
    public void Sweep()
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*" + PrivateFile.Unfinished))
        {
            System.IO.File.Delete(file);
        }
    }

    private string BundlePath(CertificateSourceKind source) => File(source is CertificateSourceKind.Acme ? "issued.pem" : "imported.pem");

    private string File(string name) => System.IO.Path.Combine(Path, name);

    private T? Read<T>(string name)
        where T : class
    {
        var path = File(name);
        try
        {
            return PrivateFile.Read(path) is { } text ? JsonSerializer.Deserialize<T>(text, Form) : null;
        }
        catch (JsonException damaged)
        {
            throw new CertificateFolderException($"{path} is damaged. Move it away; what it held is asked for anew.", damaged);
        }
    }

    private void Write<T>(string name, T? value)
        where T : class
    {
        if (value is null)
        {
            System.IO.File.Delete(File(name));
        }
        else
        {
            PrivateFile.Write(File(name), JsonSerializer.Serialize(value, Form));
        }
    }
}
